/** Where numbers lie in a curve, and which cell of a feature lies under the pointer. */

import { clamp, isKnown } from '../shared/numbers.js';

/**
 * Return the SVG path of a curve; it is interrupted where a value is missing.
 * @param {Array<number|null>} values
 * @param {{width: number, height: number, least: number, most: number}} box the values at its lower and upper edge.
 */
export function curvePath(values, { width, height, least, most }) {
  const stepX = (width - 4) / Math.max(1, values.length - 1);
  const stepY = (height - 6) / Math.max(1e-12, most - least);
  let isOpen = false;
  let path = '';
  values.forEach((value, number) => {
    if (!isKnown(value)) {
      isOpen = false;
      return;
    }
    const x = 2 + stepX * number;
    const y = height - 3 - stepY * (value - least);
    path += `${isOpen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    isOpen = true;
  });
  return path;
}

/**
 * Return the cell {row, column} under a place of a picture that shows `rows` x `columns` cells.
 * @param {{x: number, y: number}} place
 * @param {{left: number, top: number, width: number, height: number}} shown the picture on the screen.
 */
export function cellAt({ x, y }, { left, top, width, height }, rows, columns) {
  return {
    row: clamp(Math.floor(((y - top) / height) * rows), 0, rows - 1),
    column: clamp(Math.floor(((x - left) / width) * columns), 0, columns - 1),
  };
}
