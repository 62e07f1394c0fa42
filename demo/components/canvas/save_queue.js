/** What is painted and not saved yet: of each frame the newest labels, sent one at a time, in order, until they are. */

export class SaveQueue {
  #unsaved = new Map(); // by clip and frame; what was painted first comes first
  #sending = null; // the promise of `#sendAll` while it runs
  #clip = null;
  #number = 0; // of the newest attempt to save; they grow, also over reloads

  /**
   * @param {Object} actions
   * @param {function(Object, number): Promise<{error?: string}>} actions.send takes what was given to `put`, and a
   *   number that is larger than those before.
   * @param {function(Object, Object)} actions.saved takes what is saved now, and the server's answer.
   * @param {function(string)} actions.tell is given why the clip is not saved, '' when it is.
   * @param {Retry} actions.retry
   */
  constructor(actions) {
    this.actions = actions;
  }

  /** Whether labels of any clip are not saved. */
  get isEmpty() {
    return this.#unsaved.size === 0;
  }

  /** Whether labels of the clip on the stage are not saved. */
  get isSaved() {
    return this.#first() === undefined;
  }

  /** Save labels of this clip ({token, stamp, saved}) from now on; the server takes none of another one. */
  open(clip) {
    this.#clip = clip;
    this.#number = Math.max(this.#number, clip.saved);
    this.flush();
  }

  /**
   * Save labels, in place of those of the same frame that wait.
   * @param {{clip: Object, index: number, ids: Uint8Array, size: Object}} entry
   */
  put(entry) {
    const key = keyOf(entry.clip, entry.index);
    this.#unsaved.delete(key);
    this.#unsaved.set(key, entry);
    return this.flush();
  }

  /** Return what waits to be saved of a frame, undefined if nothing does. */
  waiting(clip, index) {
    return this.#unsaved.get(keyOf(clip, index));
  }

  /** Send what is not saved now; return why it still is not, '' if everything of the clip is saved. */
  flush() {
    this.#sending ??= this.#sendAll();
    return this.#sending;
  }

  async #sendAll() {
    let error = await ''; // `flush` notes that this runs before it can end
    try {
      for (let entry = this.#first(); entry && !error; entry = this.#first()) {
        error = await this.#send(entry);
      }
    } finally {
      this.#sending = null;
    }
    const { retry, tell } = this.actions;
    if (error) {
      retry.later();
    } else {
      retry.stop();
    }
    tell(error);
    return error;
  }

  async #send(entry) {
    this.#number = Math.max(this.#number + 1, Date.now());
    const answer = await this.actions.send(entry, this.#number);
    if (answer.error) {
      return this.#isOpen(entry) ? answer.error : ''; // the visitor has left its clip: it waits for a return
    }
    const key = keyOf(entry.clip, entry.index);
    if (this.#unsaved.get(key) === entry) {
      this.#unsaved.delete(key);
    }
    this.actions.saved(entry, answer);
    return '';
  }

  #first() {
    return [...this.#unsaved.values()].find((entry) => this.#isOpen(entry));
  }

  #isOpen({ clip }) {
    return this.#clip !== null && clip.token === this.#clip.token && clip.stamp === this.#clip.stamp;
  }
}

function keyOf({ token, stamp }, index) {
  return JSON.stringify([token, stamp, index]);
}
