/** The most recently used of what was loaded, each loaded once. */
export class Recent {
  #entries = new Map(); // key -> {loading, isLoaded}
  #most;
  #free;

  /**
   * @param {number} most how many are kept.
   * @param {function(Object)} free is given what is kept no longer.
   */
  constructor(most, free = () => {}) {
    this.#most = most;
    this.#free = free;
  }

  /** Tell whether something has been loaded and is kept. */
  has(key) {
    return this.#entries.get(key)?.isLoaded ?? false;
  }

  /** Return the promise kept under `key`, or that of `load()`; one that fails is forgotten. */
  get(key, load) {
    const entry = this.#entries.get(key) ?? this.#started(key, load);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#most) {
      this.#drop(this.#entries.keys().next().value);
    }
    return entry.loading;
  }

  clear() {
    for (const key of [...this.#entries.keys()]) {
      this.#drop(key);
    }
  }

  #drop(key) {
    const { loading } = this.#entries.get(key);
    this.#entries.delete(key);
    loading.then(this.#free, () => {}); // who loads it hears what went wrong
  }

  #started(key, load) {
    const entry = { loading: load(), isLoaded: false };
    entry.loading.then(
      () => (entry.isLoaded = true),
      () => {
        if (this.#entries.get(key) === entry) {
          this.#entries.delete(key);
        }
      },
    );
    return entry;
  }
}
