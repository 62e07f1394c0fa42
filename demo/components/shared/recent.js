/** The most recently used of what was loaded, each loaded once. */
export class Recent {
  #entries = new Map();
  #most;

  /** @param {number} most how many are kept. */
  constructor(most) {
    this.#most = most;
  }

  /** Return the promise kept under `key`, or that of `load()`; one that fails is forgotten. */
  get(key, load) {
    const kept = this.#entries.get(key) ?? this.#started(key, load);
    this.#entries.delete(key);
    this.#entries.set(key, kept);
    if (this.#entries.size > this.#most) {
      this.#entries.delete(this.#entries.keys().next().value);
    }
    return kept;
  }

  clear() {
    this.#entries.clear();
  }

  #started(key, load) {
    const started = load().catch((error) => {
      if (this.#entries.get(key) === started) {
        this.#entries.delete(key);
      }
      throw error;
    });
    return started;
  }
}
