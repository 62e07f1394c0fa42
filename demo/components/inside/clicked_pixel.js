/** A clicked pixel: where a model looks from there, and both gates there over the clip. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { absence, curve, filmstrip } from './pieces.js';

/** Make the head: which pixel was clicked. */
export function pixelHead({ x, y }, words) {
  return [
    el('h4', {}, words.looked.replace('{}', `${x}, ${y}`)),
    el('p', { class: 'hint' }, words.looked_help),
  ];
}

/**
 * Make the section of a model.
 * @param {{name: string, title: string}} model
 * @param {Object} answer the server's to "pixel".
 * @param {{target: number, index: number}} place the object and the frame that were asked about.
 * @param {Object} words
 */
export function pixelSection(model, answer, { target, index }, words) {
  const attributes = { 'data-model': model.name, 'data-target': target };
  if (!answer.gates) {
    return el('section', attributes, el('h4', {}, model.title), absence(answer));
  }
  const cell = answer.cell ? words.cell.replace('{}', answer.cell.join(', ')) : words.outside;
  const head = el('h4', {}, model.title, ' ', el('small', {}, cell));
  return el('section', attributes, head, attention(answer, words), gatesFigure(answer.gates, index, words));
}

function attention({ memory, note }, words) {
  if (memory.length) {
    return filmstrip(memory, null, words, ({ frame, part }) =>
      el('figcaption', { 'data-part': part }, `${words.frame} ${frame}: ${(100 * part).toFixed(1)} %`),
    );
  }
  return note ? el('p', { class: 'absent' }, note) : null;
}

function gatesFigure({ gate_transduced: one, gate_induced: other }, index, words) {
  if (!one.some(isKnown)) {
    return null;
  }
  const size = { width: 300, height: 70, most: 1 };
  return el(
    'figure',
    { class: 'gates' },
    el('h5', {}, words.gates_here),
    el('div', { class: 'overlaid' }, curve(one, size), curve(other, { ...size, dash: '5 4' })),
    el('figcaption', {}, `γ1 ${fixed(one[index], 2)} (——), γ2 ${fixed(other[index], 2)} (– –)`),
  );
}
