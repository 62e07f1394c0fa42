/** A group of buttons of which one is chosen: one tab stop, arrow keys move the choice, as in native radio buttons. */

import { el } from './element.js';

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export class RadioGroup {
  /**
   * @param {Object} attributes of the group; it needs an `aria-label`.
   * @param {Array<[string, Object, string]>} options value, attributes and text of each button.
   * @param {function(string)} choose is given the value that a visitor chose.
   */
  constructor(attributes, options, choose) {
    this.buttons = new Map(
      options.map(([value, own, label]) => {
        const button = { type: 'button', role: 'radio', onclick: () => choose(value), ...own };
        return [value, el('button', button, label)];
      }),
    );
    this.node = el('span', { role: 'radiogroup', ...attributes }, ...this.buttons.values());
    this.node.addEventListener('keydown', (event) => this.#move(event, choose));
  }

  /** Show which value is chosen. */
  check(chosen) {
    for (const [value, button] of this.buttons) {
      button.setAttribute('aria-checked', String(value === chosen));
      button.tabIndex = value === chosen ? 0 : -1;
    }
  }

  #move(event, choose) {
    const values = [...this.buttons.keys()];
    const now = values.findIndex((value) => this.buttons.get(value) === event.target);
    const next = neighbour(event.key, now, values.length);
    if (now < 0 || next === null) {
      return;
    }
    event.preventDefault();
    choose(values[next]);
    this.buttons.get(values[next]).focus();
  }
}

/** Return which of `count` buttons a key leads to from the one in place `now`, around the ends; null for other keys. */
export function neighbour(key, now, count) {
  if (key === 'Home') {
    return 0;
  }
  if (key === 'End') {
    return count - 1;
  }
  return key in STEPS ? (now + STEPS[key] + count) % count : null;
}
