/** The room of the canvas: its column, or the whole window until Esc or its button brings it back. */

import { el } from '../shared/element.js';

export class Workspace {
  /**
   * @param {HTMLElement} box the canvas's place on the page.
   * @param {Object} words
   */
  constructor(box, words) {
    this.box = box;
    this.words = words;
    this.button = el('button', { class: 'enlarge', onclick: () => this.#toggle() });
    this.node = el('div', { class: 'workspace' });
    this.window = el('dialog', { 'aria-label': words.workspace });
    this.window.addEventListener('close', () => this.#settle());
    box.append(this.node, this.window);
    this.#label();
  }

  get isLarge() {
    return this.window.open;
  }

  /** Take the whole window; the page behind it is out of reach meanwhile. */
  enlarge() {
    if (!this.isLarge) {
      this.box.style.minHeight = `${this.box.offsetHeight}px`; // the page behind stays where it is
      this.window.append(this.node);
      this.window.showModal();
      this.#label();
    }
  }

  /** Go back to the column. */
  leave() {
    this.window.close();
  }

  #toggle() {
    if (this.isLarge) {
      this.leave();
    } else {
      this.enlarge();
    }
    this.button.focus({ preventScroll: true });
  }

  #settle() {
    if (this.isLarge) {
      return; // it was enlarged again before the browser told of the closing
    }
    this.box.insertBefore(this.node, this.window);
    this.box.style.minHeight = '';
    this.#label();
    this.button.focus({ preventScroll: true });
  }

  #label() {
    const { words, isLarge } = this;
    this.button.textContent = isLarge ? words.shrink : words.enlarge;
    this.button.title = isLarge ? words.shrink_help : words.enlarge_help;
  }
}
