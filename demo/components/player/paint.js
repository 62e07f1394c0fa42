/** Labels as pixels: the masks alone, and the difference to other labels. */

const ONLY_THIS = [40, 120, 255];
const ONLY_OTHER = [255, 140, 0];
const BOTH = [150, 150, 150];
const BLACK = [0, 0, 0];
const DIM = 0.25; // of the frame under a difference

/** Paint masks in their objects' colours; the rest, and objects without a colour, is black. */
export function paintMask(layer, ids, colours) {
  const pixels = new Uint32Array(layer.buffer);
  const looks = new Uint32Array(256).fill(coats([BLACK, 1]));
  for (const [id, rgb] of Object.entries(colours)) {
    looks[id] = coats([rgb, 1]);
  }
  for (let i = 0; i < ids.length; i++) {
    pixels[i] = looks[ids[i]];
  }
}

/**
 * Paint where labels differ from others: stripes of two kinds, and a third look where both agree.
 * @param {Uint8ClampedArray} layer RGBA of an `ImageData`, replaced.
 * @param {Uint8Array} ids
 * @param {Uint8Array} others
 * @param {number} width of the frame.
 */
export function paintDifference(layer, ids, others, width) {
  const pixels = new Uint32Array(layer.buffer);
  const ground = [BLACK, DIM];
  const neither = coats(ground);
  const both = coats(ground, [BOTH, 0.45]);
  const onlyThis = coats(ground, [ONLY_THIS, 0.9]);
  const onlyOther = coats(ground, [ONLY_OTHER, 0.95]);
  const stripes = coats(ground, [ONLY_THIS, 0.9], [ONLY_OTHER, 0.95]);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    const other = others[i];
    if (id === other) {
      pixels[i] = id ? both : neither;
      continue;
    }
    const x = i % width;
    const y = Math.floor(i / width);
    const showsThis = id && (x + y) % 8 < 5;
    const showsOther = other && (x - y + 4096) % 8 < 3;
    if (showsOther) {
      pixels[i] = showsThis ? stripes : onlyOther;
    } else {
      pixels[i] = showsThis ? onlyThis : neither;
    }
  }
}

/** Return the pixel, as one number, that coats of colour [RGB, alpha] give which lie over one another. */
export function coats(...layers) {
  const pixel = new Uint8ClampedArray(4);
  for (const [rgb, alpha] of layers) {
    const below = (pixel[3] / 255) * (1 - alpha);
    const total = alpha + below;
    for (let c = 0; c < 3; c++) {
      pixel[c] = (rgb[c] * alpha + pixel[c] * below) / total;
    }
    pixel[3] = 255 * total;
  }
  return new Uint32Array(pixel.buffer)[0];
}
