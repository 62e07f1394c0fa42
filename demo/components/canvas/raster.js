/** Lines and polygons as pixels: one belongs to a shape if its centre does. A place is [x, y] in pixels. */

import { clamp } from '../shared/numbers.js';

/**
 * Set the pixels of a line with round ends.
 * @param {Uint8Array} ids changed in place.
 * @param {{width: number, height: number}} size of the frame.
 * @param {Array<number>} from
 * @param {Array<number>} to
 * @param {{thickness: number, id: number}} pen
 * @returns {{x0: number, y0: number, x1: number, y1: number}} the box of what may have changed, ends excluded.
 */
export function drawLine(ids, { width, height }, [ax, ay], [bx, by], { thickness, id }) {
  const radius = thickness / 2;
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy || 1;
  const x0 = Math.max(0, Math.floor(Math.min(ax, bx) - radius));
  const y0 = Math.max(0, Math.floor(Math.min(ay, by) - radius));
  const x1 = Math.min(width, Math.ceil(Math.max(ax, bx) + radius) + 1);
  const y1 = Math.min(height, Math.ceil(Math.max(ay, by) + radius) + 1);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const along = clamp(((x + 0.5 - ax) * dx + (y + 0.5 - ay) * dy) / squared, 0, 1);
      const offX = x + 0.5 - ax - along * dx;
      const offY = y + 0.5 - ay - along * dy;
      if (offX * offX + offY * offY <= radius * radius) {
        ids[y * width + x] = id;
      }
    }
  }
  return { x0, y0, x1, y1 };
}

/** Set the pixels of a drawn path: a line through its places, or a dot. */
export function drawPath(ids, size, path, pen) {
  path.forEach((place, number) => drawLine(ids, size, path[Math.max(0, number - 1)], place, pen));
}

/** Return the mask (0, 1) of a closed polygon; where it overlaps itself it is filled too (the nonzero rule). */
export function polygonMask(path, { width, height }) {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let winding = 0;
    let from = 0;
    for (const { x, turn } of crossings(path, y + 0.5)) {
      const to = clamp(Math.ceil(x - 0.5), 0, width);
      if (winding) {
        mask.fill(1, y * width + from, y * width + to);
      }
      winding += turn;
      from = to;
    }
  }
  return mask;
}

/** Return where a polygon's sides cross a row, from left to right; `turn` is 1 downwards and -1 upwards. */
function crossings(path, y) {
  const found = [];
  path.forEach(([ax, ay], number) => {
    const [bx, by] = path[(number + 1) % path.length];
    if (ay <= y !== by <= y) {
      found.push({ x: ax + ((y - ay) / (by - ay)) * (bx - ax), turn: ay < by ? 1 : -1 });
    }
  });
  return found.sort((one, other) => one.x - other.x);
}
