/**
 * The clips to choose from, in a row: the examples, then the visitor's own.
 * `props.examples` and `props.value` are described by demo/page/example_gallery.py.
 */

import { el } from '../shared/element.js';

export function mount({ element, props, trigger, watch }) {
  const clips = new Clips(element.querySelector('.clips'), props.examples, (index) =>
    trigger('select', { index }),
  );
  watch('value', () => clips.load(props.value));
  clips.load(props.value);
}

class Clips {
  constructor(list, examples, choose) {
    Object.assign(this, { list, examples, choose, buttons: [] });
  }

  /** Offer the examples and the visitor's own clip, if there is one; mark the one that is chosen. */
  load(value) {
    const { own, chosen } = value ?? {};
    const entries = own ? [...this.examples, own] : this.examples;
    if (this.buttons.length !== entries.length || own?.picture !== this.own?.picture) {
      this.#lay(entries);
    }
    this.own = own;
    this.#mark(chosen ?? -1);
  }

  #lay(entries) {
    this.buttons = entries.map(({ title, picture }, index) =>
      el(
        'button',
        { type: 'button', onclick: () => this.#pick(index) },
        el('img', { src: picture, alt: '' }),
        el('span', {}, title),
      ),
    );
    this.list.replaceChildren(...this.buttons.map((button) => el('li', {}, button)));
  }

  #pick(index) {
    this.#mark(index); // at once; the server's answer says the same, or what it is if it refused
    this.choose(index);
  }

  #mark(chosen) {
    this.buttons.forEach((button, index) => button.setAttribute('aria-pressed', index === chosen));
  }
}
