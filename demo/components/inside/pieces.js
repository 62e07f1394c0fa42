/** The small pieces that several parts of the inside are made of. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { cellAt, curvePath } from './geometry.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Make an SVG element; see `el`. */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Make a paragraph with the server's sentence why an answer has nothing to show. */
export function absence(answer) {
  return el('p', { class: 'absent' }, answer.error ?? answer.absent ?? '');
}

/** Make a curve of values that go from `least` at its lower edge to `most` at its upper one. */
export function curve(values, { width, height, dash = '', most = Math.max(...values), least = 0 }) {
  const line = svg('path', {
    d: curvePath(values, { width, height, least, most }),
    'stroke-dasharray': dash,
  });
  const looks = { class: 'curve', preserveAspectRatio: 'none', 'aria-hidden': 'true' };
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, ...looks }, line);
}

/** Make a colour bar between the two ends of its scale. */
export function colourBar({ low, high }, words) {
  if (!isKnown(high)) {
    return null;
  }
  const digits = high <= 1 ? 2 : 1;
  const colours = el('i', { role: 'img', 'aria-label': words.bar });
  return el('span', { class: 'scale' }, fixed(low, digits), colours, fixed(high, digits));
}

/** Make a picture of cells that writes the value under the pointer into `output`. */
export function cells({ src, values }, alt, output, words) {
  const image = el('img', { src, alt, class: values ? 'cells' : null });
  if (values) {
    image.addEventListener('pointermove', ({ clientX, clientY }) => {
      const shown = image.getBoundingClientRect();
      const { row, column } = cellAt({ x: clientX, y: clientY }, shown, values.length, values[0].length);
      const value = values[row][column];
      output.textContent = `${words.row} ${row}, ${words.column} ${column}: ${fixed(value, 3)}`;
      output.dataset.value = value;
    });
  }
  return image;
}

/** Return a part of 0..1 as a percentage. */
export function percent(part) {
  return isKnown(part) ? `${Math.round(100 * part)} %` : '–';
}
