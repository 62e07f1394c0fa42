/** What a visitor does next who corrects a frame of a comparison. */

import { choice, el } from '../shared/element.js';

export class RepairBar {
  /** @param {function(string)} goOn is given the direction. */
  constructor(words, goOn) {
    this.words = words;
    const direction = choice({ 'aria-label': words.direction }, Object.entries(words.directions));
    this.sentence = el('p');
    this.button = el('button', { class: 'go-on', onclick: () => goOn(direction.value) });
    this.start = el('span', { class: 'group' }, this.button, direction);
    this.node = el('div', { class: 'repair', role: 'status', hidden: true }, this.sentence, this.start);
  }

  /** Say what to do first: nothing of the frame is changed yet. */
  ask(index, title) {
    this.#show(this.words.repair_first.replace('{frame}', index).replace('{model}', title));
    this.start.hidden = true;
  }

  /** Offer to track the objects that were changed again, in every model. */
  offer(index, models) {
    this.#show(this.words[models > 1 ? 'repair' : 'repair_one'].replace('{}', models));
    this.button.textContent = this.words.go_on.replace('{}', index);
    this.start.hidden = false;
  }

  hide() {
    this.node.hidden = true;
  }

  #show(sentence) {
    this.sentence.textContent = sentence;
    this.node.hidden = false;
  }
}
