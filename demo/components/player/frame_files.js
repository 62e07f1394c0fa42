/** The encoded files of frames, loaded in chunks: some frames in one answer (demo/page/frame_chunks.py). */

import { fetchStream, frameName } from '../shared/files.js';
import { unpackFiles } from '../shared/packed_files.js';

const KEPT = 12; // chunks; what is dropped is in the browser's cache

export class FrameFiles {
  #chunks = new Map(); // first frame -> Chunk, those wanted last at the end

  /**
   * @param {string} url of the folder of the chunks.
   * @param {Object} layout
   * @param {number} layout.perFrame files of a frame.
   * @param {number} layout.length most frames of a chunk.
   * @param {number} layout.total frames that there will be.
   * @param {number} layout.done of these, how many are there for good. A chunk is loaded once all of it is.
   */
  constructor(url, layout) {
    this.url = url;
    this.layout = layout;
  }

  /** Load the chunks of these frames; what is on its way of others is given up. */
  want(indices) {
    const firsts = new Set(indices.map((index) => this.#first(index)));
    for (const [first, chunk] of this.#chunks) {
      if (!firsts.has(first) && !chunk.isWhole) {
        this.#drop(first);
      }
    }
    for (const first of firsts) {
      if (this.#last(first) < this.layout.done) {
        this.#begin(first);
      }
    }
    while (this.#chunks.size > KEPT) {
      this.#drop(this.#chunks.keys().next().value);
    }
  }

  /** Tell whether the files of a frame have come with their chunk. */
  has(index) {
    const { perFrame } = this.layout;
    const first = this.#first(index);
    return this.#chunks.get(first)?.has((index - first) * perFrame, perFrame) ?? false;
  }

  /** Return the files of a frame: those of its chunk if that is wanted, else loaded alone. */
  async files(index) {
    const { perFrame } = this.layout;
    const first = this.#first(index);
    const chunk = this.#chunks.get(first);
    return chunk
      ? chunk.files((index - first) * perFrame, perFrame)
      : this.#load(index, index).files(0, perFrame);
  }

  /** Give up what is on its way. */
  close() {
    this.want([]);
  }

  #begin(first) {
    const chunk = this.#chunks.get(first) ?? this.#started(first);
    this.#chunks.delete(first);
    this.#chunks.set(first, chunk);
  }

  #started(first) {
    const chunk = this.#load(first, this.#last(first));
    chunk.loading.catch(() => {
      if (this.#chunks.get(first) === chunk) {
        this.#chunks.delete(first);
      }
    });
    return chunk;
  }

  #drop(first) {
    this.#chunks.get(first).stop();
    this.#chunks.delete(first);
  }

  #load(first, last) {
    const url = `${this.url}/${frameName(first)}-${frameName(last)}`;
    return new Chunk(url, (last - first + 1) * this.layout.perFrame);
  }

  #first(index) {
    return index - (index % this.layout.length);
  }

  #last(first) {
    const { length, total } = this.layout;
    return Math.min(first + length, total) - 1;
  }
}

/** Files on their way, each there as soon as it has come. */
class Chunk {
  #come = [];
  #count;
  #waiting = []; // {end, resolve}: who waits until so many files have come
  #abort = new AbortController();

  constructor(url, count) {
    this.#count = count;
    /** Settles when all files have come, or no more will. */
    this.loading = this.#load(url);
    this.loading.catch(() => {}); // who waits for a file hears of it
  }

  get isWhole() {
    return this.#come.length === this.#count;
  }

  has(start, count) {
    return start + count <= this.#come.length;
  }

  /** Return some of the files; throw an Error if they do not come. */
  async files(start, count) {
    if (!this.has(start, count)) {
      const come = new Promise((resolve) => this.#waiting.push({ end: start + count, resolve }));
      await Promise.race([come, this.loading]);
    }
    return this.#come.slice(start, start + count);
  }

  stop() {
    this.#abort.abort();
  }

  async #load(url) {
    await unpackFiles(await fetchStream(url, this.#abort.signal), (file) => this.#take(file));
    if (!this.isWhole) {
      throw new Error(`${this.#come.length} of ${this.#count} files ${url}`);
    }
  }

  #take(file) {
    this.#come.push(file);
    const [come, others] = [[], []];
    for (const one of this.#waiting) {
      (one.end <= this.#come.length ? come : others).push(one);
    }
    this.#waiting = others;
    come.forEach(({ resolve }) => resolve());
  }
}
