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

/** Return the function that maps `low`..`high` (both above 0) to `start`..`end` by their logarithms. */
export function logScale(low, high, start, end) {
  const width = Math.max(1e-9, Math.log(high / low));
  return (value) => start + ((end - start) * Math.log(value / low)) / width;
}

/**
 * Return the ticks of a logarithmic axis: 1, 2 and 5 times the powers of ten, the powers alone if they are many, and
 * round numbers at even distances where there are none of these.
 */
export function logTicks(low, high) {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, number) => first + number,
  );
  const factors = powers.length > 4 ? [1] : [1, 2, 5];
  const ticks = powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((tick) => tick >= low && tick <= high);
  return ticks.length > 1 ? ticks : evenTicks(low, high);
}

function evenTicks(low, high) {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, number) => Number(((first + number) * step).toPrecision(12)));
}

/** Write a number with two significant digits, without an exponent. */
export function short(value) {
  return String(Number(value.toPrecision(2)));
}
