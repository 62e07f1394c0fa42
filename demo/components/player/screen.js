/** The panes of all models side by side, drawn together: one frame, one view. */

import { el } from '../shared/element.js';
import { Latest } from '../shared/latest.js';
import { Retry } from '../shared/retry.js';
import { fromRuns, idAt } from '../shared/run_length.js';
import { FrameStore } from './frame_store.js';
import { Pane } from './pane.js';
import { movedBy } from './pixel_keys.js';
import { OTHER } from './views.js';

export const OPACITY = 0.45; // of the objects, at first

export class Screen {
  #wanted = 0; // the number of the newest request to draw
  #drawn = 0; // and of the newest one that was met
  #loading = new Latest(); // of frames that are not here yet
  #store = new FrameStore();
  #panes = new Map();
  #ids = null; // labels of a pane while they are drawn
  #others = null; // and those that they are compared with
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
      opacity: OPACITY,
      cross: null,
    });
    this.grid = el('div', { class: 'panes' });
    this.legend = el('p', { class: 'legend-line', 'aria-live': 'polite' });
    this.trouble = el('p', { class: 'trouble', role: 'status' });
    new ResizeObserver(() => this.#fit()).observe(this.grid);
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

  /** Choose a view: "overlay", "mask", "contour", "truth", "boundary", or "other" and a model's name. */
  setView(name) {
    [this.view, this.other] = name.startsWith(OTHER) ? ['other', name.slice(OTHER.length)] : [name, ''];
    this.legend.replaceChildren(...this.#keys());
    this.draw();
  }

  /** Choose how much of the frame the objects cover, 0..1. */
  setOpacity(opacity) {
    this.opacity = opacity;
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

  /** Whether what was asked for last is on show. */
  get isCurrent() {
    return this.#drawn === this.#wanted;
  }

  /** Return the object that a model has at a pixel of the frame, 0 for none; throw an Error without labels. */
  async objectAt(variant, { x, y }) {
    const { width, variants } = this.value;
    const { labels } = await this.#store.frame(this.index);
    return idAt(labels[variants.findIndex(({ name }) => name === variant.name)], y * width + x);
  }

  /**
   * Draw all panes at once. A frame that is here is drawn at once; of those that are not, one is loaded at a time, and
   * is drawn even if another one is wanted by then. A frame that fails is tried again.
   */
  draw() {
    if (this.last < 0) {
      return;
    }
    this.#wanted += 1;
    if (this.#store.has(this.index, needsTruth(this.view))) {
      this.#drawWanted();
    } else {
      this.#loading.run(async () => {
        await Promise.resolve(); // the frame that an address names is wanted in the moment in which a run is opened
        await this.#drawWanted();
      });
    }
  }

  async #drawWanted() {
    const { value, index, view, other } = this;
    const request = this.#wanted;
    const frame = await this.#load(index, view).catch(() => null);
    if (this.value.stamp !== value.stamp || request <= this.#drawn) {
      return;
    }
    const isNewest = request === this.#wanted;
    if (!frame) {
      if (isNewest) {
        this.trouble.textContent = this.words.frame_failed.replace('{}', index);
        this.#retry.later();
      }
      return;
    }
    this.#drawn = request;
    this.trouble.textContent = '';
    this.#retry.stop();
    this.#paint(value, index, frame, { view, others: this.#compared(frame, view, other) });
    if (isNewest) {
      this.#store.prefetch(index, this.last, needsTruth(view));
    }
  }

  #fit() {
    this.#panes.forEach((pane) => pane.fit());
    this.draw();
  }

  async #load(index, view) {
    const truth = needsTruth(view) ? this.#store.truth(index) : null;
    const [frame, exact] = await Promise.all([this.#store.frame(index), truth]);
    return { ...frame, truth: exact };
  }

  #compared({ labels, truth }, view, other) {
    return view === 'other' ? labels[this.value.variants.findIndex(({ name }) => name === other)] : truth;
  }

  #paint(value, index, frame, how) {
    const colours = Object.fromEntries(value.objects.map(({ id, rgb }) => [id, rgb]));
    const looks = new Map(value.objects.map((object) => [object.id, lookOf(object)]));
    const others = how.others && fromRuns(how.others, this.#others);
    const arrow = value.story?.frame === index ? value.story.place : null;
    value.variants.forEach(({ name }, number) => {
      const pane = this.#panes.get(name);
      pane.draw(index, frame.picture, fromRuns(frame.labels[number], this.#ids), {
        ...how,
        others,
        colours,
        looks,
        arrow,
        opacity: this.opacity,
        cross: this.cross,
      });
    });
  }

  #build() {
    const { value, actions } = this;
    this.#drawn = this.#wanted;
    this.#loading = new Latest(); // what another run waits for is of no interest
    this.#retry.stop();
    this.trouble.textContent = '';
    this.last = -1;
    this.cross = null;
    this.#ids = new Uint8Array(value.width * value.height);
    this.#others = new Uint8Array(value.width * value.height);
    this.#panes = new Map(
      value.variants.map((variant) => [
        variant.name,
        new Pane(value, variant, this.words, {
          click: (x, y) => actions.click(variant, x, y),
          key: (event) => this.#key(event, variant),
          download: (button) => actions.download(variant, button),
          repair: () => actions.repair(variant),
        }),
      ]),
    );
    const count = value.variants.length;
    this.grid.style.setProperty('--columns', count === 4 ? 2 : Math.min(count, 3));
    this.grid.replaceChildren(...[...this.#panes.values()].map((pane) => pane.node));
    this.#panes.forEach((pane) => pane.fit());
    this.setView('overlay');
  }

  /** Move the cross, or ask about the pixel below it. */
  #key(event, variant) {
    const { width, height, story } = this.value;
    const [x, y] = story?.frame === this.index ? story.place : [width >> 1, height >> 1];
    const cross = this.cross ?? { x, y };
    const moved = movedBy(event, cross, { width, height });
    if (event.key === 'Enter') {
      this.actions.click(variant, cross.x, cross.y);
    } else if (moved) {
      this.mark(moved);
    } else {
      return; // the player's
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #keys() {
    const { words, view } = this;
    const key = (kind, text) => el('span', { class: `key ${kind}` }, el('i'), text);
    if (view === 'boundary') {
      return ['right', 'wrong', 'missed'].map((kind) => key(kind, words[`boundary_${kind}`]));
    }
    if (view !== 'other' && view !== 'truth') {
      return this.value.objects.map((object) => objectKey(object, words));
    }
    const other = view === 'truth' ? words.truth : this.#otherVariant().title;
    return [key('this', words.only_this), key('that', `${words.only} ${other}`), key('both', words.both)];
  }

  #otherVariant() {
    return this.value.variants.find(({ name }) => name === this.other);
  }
}

/** Tell whether a view compares with the exact masks. */
function needsTruth(view) {
  return view === 'truth' || view === 'boundary';
}

function lookOf({ id, rgb, name }) {
  return { css: `rgb(${rgb})`, label: name || String(id) };
}

/** Make the legend of an object: its colour, its number, and its name if it has one. */
function objectKey({ id, rgb, name }, words) {
  const text = name ? `${id} · ${name}` : `${words.object} ${id}`;
  return el('span', { class: 'key object' }, el('i', { style: `background: rgb(${rgb})` }), text);
}
