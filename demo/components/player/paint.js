/** Masks as a layer of colours that lies over a frame. */

import { paintBoundary } from './boundary.js';

const ONLY_THIS = [40, 120, 255];
const ONLY_OTHER = [255, 140, 0];
const BOTH = [150, 150, 150];
const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];

/**
 * Paint labels as they look in a view.
 * @param {Uint8ClampedArray} layer RGBA of an `ImageData`, replaced.
 * @param {Uint8Array} ids the labels.
 * @param {Object} how
 * @param {'overlay'|'mask'|'contour'|'other'|'truth'|'boundary'} how.view "other" and "truth" show the difference to
 *   `others`, "boundary" where the contours differ from theirs.
 * @param {Uint8Array|null} how.others labels to compare with; null compares with nothing.
 * @param {Object<number, Array<number>>} how.colours RGB of each id.
 * @param {number} how.width of the frame.
 */
export function paintLabels(layer, ids, { view, others, colours, width }) {
  const pixels = new Uint32Array(layer.buffer);
  if (view === 'mask') {
    paintMask(pixels, ids, colours);
  } else if (view === 'boundary') {
    paintBoundary(pixels, ids, others ?? ids, { width, coats });
  } else if (view === 'other' || view === 'truth') {
    paintDifference(pixels, ids, others ?? ids, width);
  } else {
    paintOutlined(pixels, ids, { filled: view === 'overlay', colours, width });
  }
}

function paintMask(pixels, ids, colours) {
  const looks = looksOf(colours, (rgb) => coats([rgb, 1]));
  looks[0] = coats([BLACK, 1]);
  for (let i = 0; i < ids.length; i++) {
    pixels[i] = looks[ids[i]];
  }
}

function paintDifference(pixels, ids, others, width) {
  const ground = [BLACK, 0.45];
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

function paintOutlined(pixels, ids, { filled, colours, width }) {
  const outline = coats([WHITE, 1]);
  const inner = looksOf(colours, (rgb) => coats([filled ? BLACK : rgb, 0.9]));
  const inside = looksOf(colours, (rgb) => (filled ? coats([rgb, 0.5]) : 0));
  pixels.fill(0);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (!id) {
      continue;
    }
    if (isEdge(ids, i, 1, width)) {
      pixels[i] = outline;
    } else {
      pixels[i] = (isEdge(ids, i, 2, width) ? inner : inside)[id];
    }
  }
}

/** Tell whether another object, or the frame's upper or lower end, is `far` pixels away. */
function isEdge(ids, i, far, width) {
  const id = ids[i];
  return (
    id !== ids[i + far] || id !== ids[i - far] || id !== ids[i + far * width] || id !== ids[i - far * width]
  );
}

/** Return the pixel of each id; objects without a colour are not seen. */
function looksOf(colours, look) {
  const looks = new Uint32Array(256);
  for (const [id, rgb] of Object.entries(colours)) {
    looks[id] = look(rgb);
  }
  return looks;
}

/** Return the pixel, as one number, that coats of colour [RGB, alpha] give which lie over one another. */
function coats(...layers) {
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
