/** The frames in the memory as a strip of buttons: what the label encoder read of each, and its temporal weight. */

import { el } from '../shared/element.js';
import { fixed } from '../shared/numbers.js';

export class PastFrames {
  /** @param {function(number)} choose takes the frame whose labels are to be shown. */
  constructor(words, choose) {
    Object.assign(this, { words, choose });
    this.node = el('div', { class: 'past-frames' });
    this.buttons = new Map(); // by frame
    this.pictures = new Map(); // addresses, by frame
    this.shown = ''; // what the pictures are of
  }

  /** Show the frames in the memory; those whose pictures are not there yet get them by `fill`. */
  show({ frames, weights }, chosen) {
    for (const frame of [...this.buttons.keys()].filter((each) => !frames.includes(each))) {
      this.buttons.get(frame).node.remove();
      this.buttons.delete(frame);
    }
    frames.forEach((frame, place) => {
      if (!this.buttons.has(frame)) {
        this.buttons.set(frame, this.#make(frame));
        this.node.insertBefore(this.buttons.get(frame).node, this.node.children[place] ?? null);
      }
      const { node, weight } = this.buttons.get(frame);
      node.classList.toggle('chosen', frame === chosen);
      node.setAttribute('aria-pressed', String(frame === chosen));
      weight.replaceChildren(
        el('i', { style: `width: ${Math.round(100 * weights[place])}%` }),
        fixed(weights[place], 2),
      );
    });
    this.#paint();
  }

  /** Take the pictures of a run's memory; `key` says of which. */
  fill(key, memory) {
    this.shown = key;
    this.pictures = new Map(memory.map(({ frame, src }) => [frame, src]));
    this.#paint();
  }

  #paint() {
    for (const [frame, { image }] of this.buttons) {
      const address = this.pictures.get(frame);
      image.hidden = !address;
      if (address && image.src !== address) {
        image.src = address;
      }
    }
  }

  #make(frame) {
    const { words } = this;
    const image = el('img', { alt: '', hidden: '' });
    const weight = el('span', { class: 'weight', title: words.temporal_weight });
    const attributes = { type: 'button', class: 'past-frame', 'data-frame': frame, tabindex: -1 };
    const label = el('span', {}, `${words.frame} ${frame}`);
    const node = el(
      'button',
      { ...attributes, onclick: () => this.choose(frame) },
      el('span', { class: 'thumb' }, image),
      label,
      weight,
    );
    return { node, image, weight };
  }
}
