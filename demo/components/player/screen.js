/** The panes of all models side by side, drawn together: one frame, one view. */

import { el } from '../shared/element.js';
import { Retry } from '../shared/retry.js';
import { FrameStore } from './frame_store.js';
import { Pane } from './pane.js';

const AHEAD = 4; // frames that are loaded before they are shown
const OTHER = 'other '; // begins the name of a view that compares with a model

export class Screen {
  #drawing = null; // the newest request to draw
  #store = new FrameStore();
  #panes = new Map();
  #retry = new Retry(() => this.draw());

  /**
   * @param {Object} words
   * @param {{click: function(variant, x, y), download: function(variant, button), repair: function(variant)}} actions
   */
  constructor(words, actions) {
    Object.assign(this, {
      words,
      actions,
      value: null,
      index: 0,
      last: -1,
      view: 'overlay',
      other: '',
      cross: null,
    });
    this.grid = el('div', { class: 'panes' });
    this.legend = el('p', { class: 'legend-line', 'aria-live': 'polite' });
    this.trouble = el('p', { class: 'trouble', role: 'status' });
  }

  /** Show a run; make new panes for it if it is another one than before. */
  open(value, isFresh) {
    this.value = value;
    this.#store.open(value, isFresh);
    if (isFresh) {
      this.#build();
    }
    for (const variant of value.variants) {
      this.#panes.get(variant.name).pace.textContent = variant.pace;
    }
  }

  /** Choose a view: "overlay", "mask", "contour", "truth", or "other" and a model's name. */
  setView(name) {
    [this.view, this.other] = name.startsWith(OTHER) ? ['other', name.slice(OTHER.length)] : [name, ''];
    this.legend.replaceChildren(...this.#keys());
    this.draw();
  }

  /** Show a frame of the frames up to `last`. */
  show(index, last) {
    Object.assign(this, { index, last });
    this.draw();
  }

  /** Mark a clicked pixel. */
  mark(cross) {
    this.cross = cross;
    this.draw();
  }

  /** Return the object that a model has at a pixel of the frame, 0 for none; throw an Error without labels. */
  async objectAt(variant, { x, y }) {
    const { width } = this.value;
    const ids = await this.#store.labels(variant.labels, this.index);
    return ids[y * width + x];
  }

  /** Draw all panes at once, unless a newer request to draw comes meanwhile; a frame that fails is tried again. */
  async draw() {
    if (this.last < 0) {
      return;
    }
    const { value, index, view } = this;
    const request = {};
    this.#drawing = request;
    const loaded = await this.#load(value, index).catch(() => null);
    if (this.#drawing !== request) {
      return;
    }
    this.trouble.textContent = loaded ? '' : this.words.frame_failed.replace('{}', index);
    if (!loaded) {
      this.#retry.later();
      return;
    }
    this.#retry.stop();
    const colours = Object.fromEntries(value.objects.map(({ id, rgb }) => [id, rgb]));
    value.variants.forEach(({ name }, number) => {
      const how = { view, others: loaded.others, colours, cross: this.cross };
      this.#panes.get(name).draw(index, loaded.picture, loaded.labels[number], how);
    });
    for (let next = index + 1; next <= Math.min(index + AHEAD, this.last); next++) {
      this.#store.prefetch(next);
    }
  }

  async #load(value, index) {
    const [picture, others, ...labels] = await Promise.all([
      this.#store.picture(index),
      this.#otherLabels(index),
      ...value.variants.map((variant) => this.#store.labels(variant.labels, index)),
    ]);
    return { picture, others, labels };
  }

  #build() {
    const { value, actions } = this;
    this.#drawing = null;
    this.#retry.stop();
    this.trouble.textContent = '';
    this.last = -1;
    this.cross = null;
    this.#panes = new Map(
      value.variants.map((variant) => [
        variant.name,
        new Pane(value, variant, this.words, {
          click: (x, y) => actions.click(variant, x, y),
          download: (button) => actions.download(variant, button),
          repair: () => actions.repair(variant),
        }),
      ]),
    );
    const count = value.variants.length;
    this.grid.style.setProperty('--columns', count === 4 ? 2 : Math.min(count, 3));
    this.grid.replaceChildren(...[...this.#panes.values()].map((pane) => pane.node));
    this.setView('overlay');
  }

  #keys() {
    const { words, view } = this;
    if (view !== 'other' && view !== 'truth') {
      return [];
    }
    const other = view === 'truth' ? words.truth : this.#compared().title;
    const key = (kind, text) => el('span', { class: `key ${kind}` }, el('i'), text);
    return [key('this', words.only_this), key('that', `${words.only} ${other}`), key('both', words.both)];
  }

  #compared() {
    return this.value.variants.find(({ name }) => name === this.other);
  }

  #otherLabels(index) {
    if (this.view === 'truth' && this.value.truth) {
      return this.#store.labels(this.value.truth, index);
    }
    return this.view === 'other' ? this.#store.labels(this.#compared().labels, index) : null;
  }
}
