/** The offer to follow the objects again from a frame that was corrected. */

import { choice, el } from '../shared/element.js';

export class RepairBar {
  /** @param {function(string)} goOn is given the direction. */
  constructor(words, goOn) {
    this.words = words;
    const direction = choice({ 'aria-label': words.direction }, Object.entries(words.directions));
    this.button = el('button', { class: 'go-on', onclick: () => goOn(direction.value) });
    this.node = el(
      'div',
      { class: 'repair', hidden: true },
      el('p', {}, words.repair),
      direction,
      this.button,
    );
  }

  offer(on, index) {
    this.node.hidden = !on;
    this.button.textContent = this.words.go_on.replace('{}', index);
  }
}
