/** What can be undone and redone on one frame. States are kept as they are: give what nobody changes any more. */
export class History {
  #most;
  #undone = [];
  #done = [];

  /** @param {number} most how many steps are kept. */
  constructor(most) {
    this.#most = most;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Note the state before a change; what was undone cannot be redone any more. */
  push(before) {
    this.#done.push(before);
    this.#undone = [];
    if (this.#done.length > this.#most) {
      this.#done.shift();
    }
  }

  /** Return the state before the last change, null if there is none; `now` can be redone then. */
  undo(now) {
    return swap(this.#done, this.#undone, now);
  }

  /** Return the state that was undone last, null if there is none. */
  redo(now) {
    return swap(this.#undone, this.#done, now);
  }
}

function swap(from, to, now) {
  if (!from.length) {
    return null;
  }
  to.push(now);
  return from.pop();
}
