/** The live diagram of a model, and the terms to know with their pictures. */

import { el } from '../shared/element.js';
import { absence, curve } from './pieces.js';

const COLUMNS = [
  ['frame', 'region', 'source'],
  ['value', 'label', 'weight'],
  ['memory', 'tau'],
  ['transduced', 'gate_transduced', 'induced', 'gate_induced'],
  ['fused', 'mask'],
];
const TERMS = ['value', 'label', 'gate_transduced', 'gate_induced'];
const SIGNS = { plain_sum: '+', not_predicted: '∅' };

/**
 * Make the diagram of a model, or say why there is none.
 * @param {{name: string, title: string, difference: string}} model
 * @param {Object} answer the server's to "diagram".
 * @param {{words: Object, parts: Object, chosen: string, choose: function(key)}} context
 */
export function diagram(model, answer, context) {
  const head = el('h4', {}, model.title, ' ', el('small', {}, model.difference));
  const flow = answer.boxes
    ? el('div', { class: 'flow' }, ...columns(answer.boxes, context))
    : absence(answer);
  return el('section', { 'data-model': model.name }, head, flow);
}

/** Make the figures of the terms to know from a model's boxes. */
export function glossary(boxes, parts) {
  return TERMS.map((key) => {
    const { symbol, title, sentence } = parts[key];
    const { src, absent, formula } = boxes[key];
    const view = src
      ? el('img', { src, alt: `${symbol}: ${title}`, class: 'cells' })
      : el('span', { class: 'absent' }, el('small', {}, absent));
    const caption = el(
      'figcaption',
      {},
      el('b', {}, symbol),
      el('span', {}, sentence),
      el('code', {}, formula),
    );
    return el('figure', { 'data-term': key }, view, caption);
  });
}

function columns(boxes, context) {
  return COLUMNS.map((keys, number) => {
    const cards = keys.map((key) => card(key, boxes[key], context));
    return el('div', { class: 'column', 'data-step': context.words.steps[number] }, ...cards);
  });
}

function card(key, box, context) {
  const { title, sentence } = context.parts[key];
  const isChosen = key === context.chosen;
  return el(
    'button',
    {
      class: `part ${isChosen ? 'chosen' : ''}`,
      'data-part': key,
      title: sentence,
      'aria-pressed': String(isChosen),
      onclick: () => context.choose(key),
    },
    el('span', { class: 'name' }, el('b', {}, box.symbol), ` ${title}`),
    content(key, box, context),
  );
}

function content(key, box, { words, parts }) {
  if (box.absent) {
    const sign = SIGNS[box.absent_kind] ?? SIGNS.not_predicted;
    return el('span', { class: 'absent' }, sign, el('small', {}, box.absent));
  }
  if (key === 'memory') {
    const marks = box.frames.map((frame) => el('i', { title: `${words.frame} ${frame}` }));
    const count = el('small', {}, words.frames_in_memory.replace('{}', box.count));
    return el('span', { class: 'memory' }, ...marks, count);
  }
  if (key === 'tau') {
    return sparkline(box.losses[0], words);
  }
  const { title, feature } = parts[key];
  return el('img', { src: box.src, alt: `${box.symbol}: ${title}`, class: feature ? 'cells' : '' });
}

function sparkline(fit, words) {
  if (!fit) {
    return el('span', { class: 'absent' }, '–');
  }
  const { losses, frame } = fit;
  const line = curve(losses, { width: 120, height: 44, least: 0.98 * Math.min(...losses) });
  return el('span', { class: 'spark' }, line, el('small', {}, words.fitted_at.replace('{}', frame)));
}
