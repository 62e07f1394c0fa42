/** The choice of the frame to mark, the zoom, and the frames that are marked already. */

import { el } from '../shared/element.js';

export class FrameBar {
  /** @param {{show: function(index), zoom: function(factor)}} actions a factor of 0 shows the whole frame. */
  constructor(words, actions) {
    this.words = words;
    this.actions = actions;
    this.slider = el('input', {
      type: 'range',
      min: 0,
      max: 0,
      value: 0,
      class: 'frame',
      'aria-label': words.frame,
      oninput: () => actions.show(Number(this.slider.value)),
    });
    this.counter = el('output', { class: 'counter' });
    const zoom = (sign, factor, label) =>
      el('button', { title: label, 'aria-label': label, onclick: () => actions.zoom(factor) }, sign);
    this.node = el(
      'div',
      { class: 'frames' },
      this.slider,
      this.counter,
      el(
        'span',
        { class: 'group' },
        zoom('−', 1 / 1.5, words.zoom_out),
        zoom('+', 1.5, words.zoom_in),
        zoom('⤢', 0, words.zoom_fit),
      ),
    );
    this.marked = el('span', { class: 'marked' });
    this.listed = ''; // the marked frames that have a button
  }

  /** Show which of the clip's frames is on the stage, and which ones are marked. */
  show(index, { total, marked }) {
    this.counter.textContent = `${index} / ${total - 1}`;
    this.slider.max = total - 1;
    this.slider.value = index;
    this.marked.hidden = !marked.some((frame) => frame > 0);
    if (this.listed !== marked.join()) {
      this.listed = marked.join();
      this.#list(marked);
    }
  }

  #list(marked) {
    const buttons = marked.map((frame) => {
      const attributes = { 'data-marked': frame, type: 'button' };
      return el('button', { ...attributes, onclick: () => this.actions.show(frame) }, String(frame));
    });
    this.marked.replaceChildren(this.words.marked_frames, ...buttons);
  }
}
