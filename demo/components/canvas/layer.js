/** Labels as a layer of colours, with white lines between objects that touch. */

const WHITE = [255, 255, 255];
const PROPOSED = 140; // opacity of what a model proposed, of 255

/**
 * Paint a box of the labels.
 * @param {Uint8ClampedArray} pixels RGBA of the whole frame, changed in the box.
 * @param {{ids: Uint8Array, proposed: Set<number>, size: {width: number, height: number}}} painting
 * @param {Object<number, Array<number>>} colours RGB of each id.
 * @param {{x0: number, y0: number, x1: number, y1: number}} box what changed, ends excluded.
 * @returns {{x0: number, y0: number, x1: number, y1: number}} the box that was painted: lines go a pixel further.
 */
export function paintLayer(pixels, { ids, proposed, size }, colours, box) {
  const { width, height } = size;
  const x0 = Math.max(0, box.x0 - 1);
  const y0 = Math.max(0, box.y0 - 1);
  const x1 = Math.min(width, box.x1 + 1);
  const y1 = Math.min(height, box.y1 + 1);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const i = y * width + x;
      const id = ids[i];
      if (!id) {
        pixels[4 * i + 3] = 0;
        continue;
      }
      const touches = (other) => other && other !== id;
      const isEdge =
        (x > 0 && touches(ids[i - 1])) ||
        (x < width - 1 && touches(ids[i + 1])) ||
        (y > 0 && touches(ids[i - width])) ||
        (y < height - 1 && touches(ids[i + width]));
      const [red, green, blue] = isEdge ? WHITE : colours[id];
      pixels[4 * i] = red;
      pixels[4 * i + 1] = green;
      pixels[4 * i + 2] = blue;
      pixels[4 * i + 3] = proposed.has(id) ? PROPOSED : 255;
    }
  }
  return { x0, y0, x1, y1 };
}
