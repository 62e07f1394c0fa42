/** One part of the diagram, large: picture, values under the pointer, formula and statistics. */

import { el } from '../shared/element.js';
import { cellAt } from './geometry.js';
import { absence, colourBar, curve } from './pieces.js';

/** Make the head of the details: what the part is. */
export function about({ symbol, title, sentence }) {
  return el(
    'div',
    { class: 'about' },
    el('h4', {}, el('b', {}, symbol), ` · ${title}`),
    el('p', {}, sentence),
  );
}

/**
 * Make a part of a model, large.
 * @param {{name: string, title: string}} model
 * @param {Object} answer the server's to "detail".
 * @param {Object} words
 */
export function large(model, answer, words) {
  const values = el('output', { class: 'hover', 'aria-live': 'off' }, answer.values ? words.hover : '');
  return el(
    'figure',
    { class: 'large', 'data-model': model.name },
    el('h5', {}, model.title),
    view(answer, values, words),
    caption(answer, words),
    values,
    facts(answer, words),
  );
}

function view(answer, values, words) {
  if (answer.frames) {
    return el('p', {}, words.memory_holds.replace('{}', answer.frames.join(', ')));
  }
  if (answer.losses) {
    return el('div', { class: 'fits' }, ...answer.losses.map((fit) => lossCurve(fit, words)));
  }
  if (answer.src) {
    return picture(answer, values, words);
  }
  return absence(answer);
}

function lossCurve({ frame, losses }, words) {
  const [first, last] = [losses[0], losses.at(-1)].map((loss) => loss?.toPrecision(2) ?? '–');
  const text = `${words.frame} ${frame}: ${first} → ${last}`;
  return el('figure', {}, curve(losses, { width: 160, height: 60 }), el('figcaption', {}, text));
}

function picture({ src, symbol, title, values }, output, words) {
  const image = el('img', { src, alt: `${symbol}: ${title}`, class: values ? 'cells' : '' });
  if (values) {
    image.addEventListener('pointermove', ({ clientX, clientY }) => {
      const shown = image.getBoundingClientRect();
      const { row, column } = cellAt({ x: clientX, y: clientY }, shown, values.length, values[0].length);
      const value = values[row][column];
      output.textContent = `${words.row} ${row}, ${words.column} ${column}: ${value.toFixed(3)}`;
      output.dataset.value = value;
    });
  }
  return el('div', { class: 'picture' }, image);
}

function caption(answer, words) {
  if (!answer.caption) {
    return null;
  }
  const text = answer.caption === 'PCA' ? words.pca_caption : answer.caption;
  return el('figcaption', {}, text, scale(answer, words));
}

function scale({ bar, low, high }, words) {
  if (!bar) {
    return null;
  }
  const digits = bar === 'cividis' ? 0 : 2;
  return colourBar(bar, low.toFixed(digits), high.toFixed(digits), words);
}

function facts({ formula, shape, stats }, words) {
  const list = el('dl', {}, el('dt', {}, words.formula), el('dd', { class: 'formula' }, formula || '–'));
  const add = (term, text) => list.append(el('dt', {}, term), el('dd', {}, text));
  if (shape) {
    add(words.shape, shape);
  }
  if (stats) {
    add(
      words.stats,
      Object.entries(stats)
        .map(([label, figure]) => `${label} ${figure.toFixed(3)}`)
        .join(', '),
    );
  }
  return list;
}
