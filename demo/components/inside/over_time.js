/** A model over the clip: the cosine of its two labels, the difference of its gates, its memory. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { absence, colourBar, curve, filmstrip } from './pieces.js';

/**
 * Make the section of a model.
 * @param {{name: string, title: string}} model
 * @param {{gates: Object, strip: Object, cosine: Array<number|null>}} found the server's answers to "gate_difference"
 *   and "filmstrip", and the cosine of each frame.
 * @param {number} index the frame on the clock.
 * @param {Object} words
 */
export function overTime(model, { gates, strip, cosine }, index, words) {
  return el(
    'section',
    { 'data-model': model.name },
    el('h4', {}, model.title),
    el('div', { class: 'trio' }, cosineFigure(cosine, index, words), gatesFigure(gates, words)),
    el('h5', { title: words.memory_help }, words.memory),
    strip.memory
      ? filmstrip(strip.memory, words.memory, words, (entry) => weightCaption(entry, words))
      : absence(strip),
  );
}

function cosineFigure(cosine, index, words) {
  const now = cosine[index];
  return el(
    'figure',
    {},
    el('h5', { title: words.cosine_help }, words.cosine),
    curve(cosine, { width: 300, height: 70, most: 1, least: -0.2 }),
    el('figcaption', {}, isKnown(now) ? `${words.now} ${fixed(now, 3)}` : '–'),
  );
}

function gatesFigure(gates, words) {
  const picture = gates.src
    ? el(
        'div',
        { class: 'picture' },
        el('img', { src: gates.src, class: 'cells', alt: words.gate_difference }),
        colourBar('diverging', '-1', '+1', words),
      )
    : absence(gates);
  return el('figure', {}, el('h5', { title: words.gate_difference_help }, words.gate_difference), picture);
}

function weightCaption({ frame, weight }, words) {
  const meter = el('meter', { min: 0, max: 1, value: weight, title: words.temporal_weight });
  return el('figcaption', {}, `${words.frame} ${frame}`, meter, fixed(weight, 3));
}
