/** A page's question: it is asked before the page shows the answer. */

import { el } from '../shared/element.js';

/**
 * Make a question.
 * @param {{text: string, options: Array<string>, right: number, answer: string, address: string}} question
 * @param {number|undefined} chosen the option that was chosen before.
 * @param {{words: Object, choose: function(option), show: function()}} context
 */
export function questionNode(question, chosen, { words, choose, show }) {
  const isAnswered = chosen !== undefined;
  const options = question.options.map((text, place) =>
    el(
      'button',
      {
        class: isAnswered ? optionClass(place, question.right, chosen) : null,
        disabled: isAnswered,
        'data-option': place,
        onclick: () => choose(place),
      },
      text,
    ),
  );
  const verdict = chosen === question.right ? words.right : words.otherwise;
  const answer = isAnswered ? [el('b', {}, verdict), ` ${question.answer} `] : [];
  const again =
    isAnswered && question.address ? el('button', { class: 'plain', onclick: show }, words.show) : null;
  return el(
    'div',
    { class: 'question', role: 'group', 'aria-label': question.text },
    el('p', {}, question.text),
    el('div', { class: 'options' }, ...options),
    el('p', { class: 'answer', role: 'status' }, ...answer, again),
  );
}

function optionClass(place, right, chosen) {
  if (place === right) {
    return 'right';
  }
  return place === chosen ? 'wrong' : null;
}
