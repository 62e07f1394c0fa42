/** The labels of the frame that is being marked, and what can be undone on each frame of the clip. */

import { History } from './history.js';

const STEPS = 30;

export class Painting {
  #histories = new Map();
  #touched = new Set();

  /** @param {{width: number, height: number}} size of the clip's frames. */
  constructor(size) {
    this.size = size;
    this.index = 0;
    this.ids = new Uint8Array(size.width * size.height);
    /** The objects that are as a model has them, not marked by the visitor. */
    this.proposed = new Set();
    /** What the visitor told GrabCut: {path, target, adds} each, never changed in place. */
    this.hints = [];
  }

  /** Go to a frame with the labels that it has. */
  open(index, ids, proposed = []) {
    this.index = index;
    this.ids = ids;
    this.proposed = new Set(proposed);
    this.hints = [];
  }

  get history() {
    if (!this.#histories.has(this.index)) {
      this.#histories.set(this.index, new History(STEPS));
    }
    return this.#histories.get(this.index);
  }

  /** Whether the frame was changed since the last run. */
  get isTouched() {
    return this.#touched.has(this.index);
  }

  /** Forget which frames were changed: another run has seen them. */
  forgetTouched() {
    this.#touched.clear();
  }

  /** Change the labels by a function of the ids; tell whether anything changed. */
  change(edit) {
    const before = this.ids.slice();
    edit(this.ids);
    return this.keep(before);
  }

  /** Note that the labels were others before; what changed is the visitor's own. Tell whether anything changed. */
  keep(before) {
    const changed = changedIds(before, this.ids);
    if (!changed.size) {
      return false;
    }
    this.history.push(this.#state(before));
    this.proposed = new Set([...this.proposed].filter((id) => !changed.has(id)));
    this.hints = this.hints.filter(({ target }) => !changed.has(target));
    this.#touched.add(this.index);
    return true;
  }

  /** Go back by one change; tell whether there was one. */
  undo() {
    return this.#restore(this.history.undo(this.#state()));
  }

  /** Do again what was undone; tell whether there was anything. */
  redo() {
    return this.#restore(this.history.redo(this.#state()));
  }

  /** Give a mask's pixels to an object; `over` takes them from other objects too. */
  fill(mask, id, over = false) {
    return this.change((ids) => {
      for (let i = 0; i < ids.length; i++) {
        if (mask[i] && (over || !ids[i])) {
          ids[i] = id;
        }
      }
    });
  }

  /** Give an object the mask that GrabCut found with one more hint, but for what other objects have. */
  follow(mask, hint) {
    const { target } = hint;
    const hints = [...this.hints, hint];
    const isChanged = this.change((ids) => {
      for (let i = 0; i < ids.length; i++) {
        if (!ids[i] || ids[i] === target) {
          ids[i] = mask[i] ? target : 0;
        }
      }
    });
    this.hints = hints;
    return isChanged;
  }

  /** Return the number of pixels of each id. */
  counts() {
    const found = new Uint32Array(256);
    for (const id of this.ids) {
      found[id]++;
    }
    return found;
  }

  /** Return the visitor's own labels, without what a model proposed. */
  own() {
    return this.ids.map((id) => (this.proposed.has(id) ? 0 : id));
  }

  #state(ids = this.ids.slice()) {
    return { ids, proposed: this.proposed, hints: this.hints };
  }

  #restore(state) {
    if (!state) {
      return false;
    }
    this.ids = state.ids;
    this.proposed = state.proposed;
    this.hints = state.hints;
    this.#touched.add(this.index);
    return true;
  }
}

function changedIds(before, after) {
  const changed = new Set();
  for (let i = 0; i < before.length; i++) {
    if (before[i] !== after[i]) {
      changed.add(before[i]);
      changed.add(after[i]);
    }
  }
  return changed;
}
