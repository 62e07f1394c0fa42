/** A box of the diagram: a button with a small picture. It is filled again and again, so that it keeps the focus. */

import { el } from '../shared/element.js';
import { isKnown } from '../shared/numbers.js';
import { curve, percent } from './pieces.js';

const SIGNS = { plain_sum: '100 %', not_predicted: '–' };

export class Box {
  /**
   * @param {string} key
   * @param {{title: string, sentence: string, feature: string}} part
   * @param {Object} words
   * @param {function()} choose
   */
  constructor(key, part, words, choose) {
    Object.assign(this, { part, words });
    this.symbol = el('b', {}, part.symbol);
    this.image = el('img', { alt: '', class: part.feature ? 'cells' : null });
    this.view = el('span', { class: 'view' });
    const name = el('span', { class: 'name' }, this.symbol, ` ${part.title}`);
    const attributes = { class: 'part', 'data-part': key, title: part.sentence, tabindex: -1 };
    this.node = el('button', { type: 'button', ...attributes, onclick: choose }, name, this.view);
  }

  /** Tell whether this is the box that is shown large. */
  set chosen(isChosen) {
    this.node.classList.toggle('chosen', isChosen);
    this.node.setAttribute('aria-pressed', String(isChosen));
  }

  /** Show the server's answer for this box. */
  show(answer) {
    this.symbol.textContent = answer.symbol;
    if (!answer.src) {
      this.view.replaceChildren(this.#text(answer));
      return;
    }
    if (this.image.src !== answer.src) {
      this.image.src = answer.src;
    }
    this.view.replaceChildren(this.image, ...this.#means(answer));
  }

  #text(answer) {
    const { words } = this;
    if (answer.absent) {
      const told = { plain_sum: words.all_through, not_predicted: words.painted }[answer.absent_kind];
      const sign = SIGNS[answer.absent_kind] ?? '…';
      return el('span', { class: 'absent' }, sign, el('small', {}, told ?? answer.absent));
    }
    if (answer.frames) {
      return el('small', {}, words.frames_in_memory.replace('{}', answer.frames.length));
    }
    return sparkline(answer.losses[0], words);
  }

  #means({ means }) {
    if (this.part.scale !== 'gate' || !means) {
      return [];
    }
    return [el('small', {}, inWords(means, percent, this.words.let_through))];
  }
}

/** Write the means of a map on the object and beside it into a sentence with two gaps. */
export function inWords({ object, beside }, write, sentence) {
  return sentence.replace('{}', write(object)).replace('{}', write(beside));
}

function sparkline(fit, words) {
  if (!fit) {
    return el('span', { class: 'absent' }, '–');
  }
  const { losses, frame } = fit;
  const logs = losses.map((loss) => (loss > 0 ? Math.log10(loss) : null));
  const known = logs.filter(isKnown);
  const line = curve(logs, {
    width: 120,
    height: 44,
    least: Math.min(...known) - 0.05,
    most: Math.max(...known),
  });
  const ends = [losses[0], losses.at(-1)].map((loss) => loss?.toPrecision(2) ?? '–').join(' → ');
  return el(
    'span',
    { class: 'spark' },
    line,
    el('small', {}, ends),
    el('small', {}, words.fitted_at.replace('{}', frame)),
  );
}
