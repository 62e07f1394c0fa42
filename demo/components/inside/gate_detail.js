/** What a gate does: what both branches add, the share that is let through, the gate itself and its channels. */

import { el } from '../shared/element.js';
import { fixed } from '../shared/numbers.js';
import { inWords } from './box.js';
import { absence, cells, colourBar, percent } from './pieces.js';

/**
 * Make the pictures of a gate of a model.
 * @param {Object} answer the server's to "detail" of a gate or of what a branch adds.
 * @param {Element} output where the value under the pointer is written.
 * @param {Object} words
 */
export function gateDetail(answer, output, words) {
  const isGate = answer.key.startsWith('gate');
  const share = answer.src ? shareFigure(answer, output, words) : absence(answer);
  return el(
    'div',
    { class: 'gate-detail' },
    contributions(answer.gates.contributions, output, words),
    isGate ? share : null,
    answer.gates.gate ? gateFigure(answer, output, words) : null,
    channels(answer.gates.channels, words),
  );
}

function contributions([one, other], output, words) {
  const write = (mean) => fixed(mean, 1);
  const named = [
    [words.matching_adds, one],
    [words.filter_adds, other],
  ];
  const figures = named.map(([name, picture]) => {
    const text = `${name}: ${inWords(picture.means, write, words.on_object)}`;
    return figure(picture, text, output, words);
  });
  return el(
    'div',
    { class: 'contributions' },
    el('h5', {}, words.contributions),
    el('div', { class: 'row' }, ...figures),
  );
}

function shareFigure(answer, output, words) {
  const fed = answer.key.endsWith('transduced') ? 'E1*' : 'E2*';
  return el(
    'div',
    { class: 'share' },
    el('h5', {}, words.share.replace('{}', fed)),
    figure(answer, inWords(answer.means, percent, words.on_object), output, words),
  );
}

function gateFigure({ key, gates: { gate } }, output, words) {
  const symbol = key.endsWith('transduced') ? 'γ1' : 'γ2';
  const text = `${gate.caption}; ${inWords(gate.means, (mean) => fixed(mean, 2), words.on_object)}`;
  return el(
    'div',
    { class: 'gate' },
    el('h5', {}, words.gate.replace('{}', symbol)),
    figure(gate, text, output, words),
  );
}

function channels(all, words) {
  if (!all.length) {
    return null;
  }
  const figures = all.map(({ channel, src, means }) => {
    const text = `${words.channel} ${channel}: ${fixed(means.object, 2)} / ${fixed(means.beside, 2)}`;
    return el('figure', {}, el('img', { src, alt: '', class: 'cells' }), el('figcaption', {}, text));
  });
  return el(
    'div',
    { class: 'channel-pictures' },
    el('h5', {}, words.channels_of_gate),
    el('div', { class: 'row' }, ...figures),
  );
}

function figure(picture, text, output, words) {
  const caption = el('figcaption', {}, text, colourBar(picture, words));
  return el('figure', {}, cells(picture, '', output, words), caption);
}
