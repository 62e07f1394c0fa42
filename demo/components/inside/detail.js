/** One box of the diagram, large: picture, values under the pointer, formula and statistics. */

import { el } from '../shared/element.js';
import { fixed } from '../shared/numbers.js';
import { gateDetail } from './gate_detail.js';
import { fits } from './loss_chart.js';
import { absence, cells, colourBar } from './pieces.js';

/** Make the head of the details: what the box is. */
export function about({ symbol, title, sentence }) {
  return [el('h3', {}, el('b', {}, symbol), ` · ${title}`), el('p', {}, sentence)];
}

/**
 * Make a box of a model, large.
 * @param {{name: string, title: string}} model
 * @param {Object} answer the server's to "detail".
 * @param {Object} words
 */
export function large(model, answer, words) {
  const output = el('output', { class: 'hover', 'aria-live': 'off' }, answer.values ? words.hover : '');
  const frame = answer.key ? ` · ${words.frame} ${answer.index}` : '';
  return el(
    'figure',
    { class: 'large', 'data-model': model.name, 'data-frame': answer.index },
    el('h4', {}, `${model.title}${frame}`),
    view(answer, output, words),
    output,
    facts(answer, words),
  );
}

function view(answer, output, words) {
  if (answer.gates) {
    return gateDetail(answer, output, words);
  }
  if (answer.frames) {
    return memory(answer, words);
  }
  if (answer.losses) {
    return fits(answer.losses, words);
  }
  return answer.src ? picture(answer, output, words) : absence(answer);
}

function picture(answer, output, words) {
  const text = answer.caption === 'PCA' ? words.pca_caption : answer.caption;
  const caption = text ? el('figcaption', {}, text, colourBar(answer, words)) : null;
  return el('div', { class: 'picture' }, cells(answer, answer.symbol, output, words), caption);
}

function memory({ frames, weights }, words) {
  const rows = frames.map((frame, place) =>
    el(
      'li',
      {},
      el('span', {}, `${words.frame} ${frame}`),
      el('span', { class: 'weight' }, el('i', { style: `width: ${100 * weights[place]}%` })),
      fixed(weights[place], 3),
    ),
  );
  return el('ul', { class: 'weights', 'aria-label': words.temporal_weight }, ...rows);
}

function facts({ formula, shape, stats }, words) {
  const list = el('dl', {}, el('dt', {}, words.formula), el('dd', { class: 'formula' }, formula || '–'));
  const add = (term, text) => list.append(el('dt', {}, term), el('dd', {}, text));
  if (shape) {
    add(words.shape, shape);
  }
  if (stats) {
    const written = Object.entries(stats).map(([label, figure]) => `${label} ${fixed(figure, 3)}`);
    add(words.stats, written.join(', '));
  }
  return list;
}
