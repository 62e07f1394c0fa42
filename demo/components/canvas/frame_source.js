/** Where the canvas gets a frame from: its picture, and its labels as far as they are known. */

import { fetchBitmap, fileUrl, frameName } from '../shared/files.js';
import { idsOf } from './mark_server.js';

export class FrameSource {
  /**
   * @param {MarkServer} server
   * @param {SaveQueue} queue labels that are not saved yet are newer than the server's.
   * @param {string} unreadable the sentence for labels that cannot be read.
   */
  constructor(server, queue, unreadable) {
    Object.assign(this, { server, queue, unreadable });
  }

  /**
   * Load a frame of a clip; return its `picture` and `ids`, or an `error`: nothing is painted over unknown labels.
   * @param {Object} value the clip.
   * @param {number} index
   * @param {{labels: string}|null} given labels to take instead of those that are kept.
   */
  async load(value, index, given) {
    const [picture, { ids, error = '' }] = await Promise.all([
      this.#picture(value, index),
      this.#labels(value, index, given),
    ]);
    return picture && ids ? { picture, ids } : { error };
  }

  #picture({ previews }, index) {
    return fetchBitmap(fileUrl(`${previews}/${frameName(index)}.jpg`)).catch(() => null);
  }

  async #labels(value, index, given) {
    const waiting = this.queue.waiting(value, index);
    if (waiting && !given) {
      return { ids: waiting.ids.slice() };
    }
    const isMarked = value.marked.includes(index);
    const answer = given ?? (isMarked ? await this.server.ask(value, { what: 'labels', index }) : {});
    if (answer.error) {
      return answer;
    }
    return answer.labels
      ? this.#read(answer.labels, value)
      : { ids: new Uint8Array(value.width * value.height) };
  }

  async #read(address, { width, height }) {
    try {
      return { ids: await idsOf(address, { width, height }) };
    } catch (error) {
      console.warn(error);
      return { error: this.unreadable };
    }
  }
}
