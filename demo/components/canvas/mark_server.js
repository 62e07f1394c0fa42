/** The server's side of the canvas: one question at a time, in order. Labels travel as data addresses of PNGs. */

import { fetchBytes, toDataAddress } from '../shared/files.js';
import { decodeLabels, encodeLabels } from '../shared/label_png.js';

export class MarkServer {
  #last = Promise.resolve(); // the answer to the newest question

  /**
   * @param {function(Object): Promise<Object>} ask see `asker`.
   * @param {function(string)} showTrouble is given what went wrong with a question, '' if nothing did.
   */
  constructor(ask, showTrouble) {
    this.askServer = ask;
    this.showTrouble = showTrouble;
  }

  /** Ask about a clip ({token, stamp}), after the questions before; what goes wrong stands under `error`. */
  ask({ token, stamp }, question) {
    const answer = this.#last.then(() => this.askServer({ token, stamp, ...question }));
    this.#last = answer;
    return answer;
  }

  /** Ask, and show what goes wrong. */
  async askAloud(clip, question) {
    const answer = await this.ask(clip, question);
    this.showTrouble(answer.error ?? '');
    return answer;
  }

  /** Keep the visitor's own labels of a frame; return which frames are `marked`, or an `error`. */
  async save({ clip, index, ids, size }) {
    return this.ask(clip, { what: 'save', index, labels: await addressOf(ids, size) });
  }

  /** Wait until every question is answered. */
  async settle() {
    await this.#last;
  }
}

/** Return ids as the server takes them. */
export async function addressOf(ids, size) {
  return toDataAddress(new Blob([await encodeLabels({ ...size, ids })], { type: 'image/png' }));
}

/** Return the ids that the server gave; throw an Error if they cannot be read or are not of the frame's size. */
export async function idsOf(address, { width, height }) {
  const labels = await decodeLabels(await fetchBytes(address));
  if (labels.width !== width || labels.height !== height) {
    throw new Error(
      `These labels are ${labels.width} x ${labels.height}, the frame is ${width} x ${height}.`,
    );
  }
  return labels.ids;
}
