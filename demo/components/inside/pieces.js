/** The small pieces that several parts of the inside are made of. */

import { el } from '../shared/element.js';
import { curvePath } from './geometry.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Make a paragraph with the server's sentence why an answer has nothing to show. */
export function absence(answer) {
  return el('p', { class: 'absent' }, answer.error ?? answer.absent ?? '');
}

/** Make a curve of values that go from `least` at its lower edge to `most` at its upper one. */
export function curve(values, { width, height, dash = '', most = Math.max(...values), least = 0 }) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', 'curve');
  svg.setAttribute('preserveAspectRatio', 'none');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', curvePath(values, { width, height, least, most }));
  line.setAttribute('stroke-dasharray', dash);
  svg.append(line);
  return svg;
}

/** Make a colour bar between the two ends of its scale. */
export function colourBar(kind, low, high, words) {
  const bar = el('i', { class: kind, role: 'img', 'aria-label': words.bar });
  return el('span', { class: 'scale' }, low, bar, high);
}

/** Make a strip of frames that scrolls sideways; `entries` have `src` and `frame`, `caption` returns a caption. */
export function filmstrip(entries, label, words, caption) {
  const figures = entries.map((entry) => {
    const image = el('img', { src: entry.src, alt: `${words.frame} ${entry.frame}` });
    return el('figure', {}, image, caption(entry));
  });
  return el('div', { class: 'film', tabindex: 0, 'aria-label': label }, ...figures);
}
