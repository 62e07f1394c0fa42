/** The server's side of the canvas: one question at a time, in order. Labels travel as data addresses of PNGs. */

import { fetchBytes, toDataAddress } from '../shared/files.js';
import { decodeLabels, encodeLabels } from '../shared/label_png.js';

const SAVE_LIMIT = 20_000; // milliseconds: what takes longer is sent again

export class MarkServer {
  #last = Promise.resolve(); // the answer to the newest question

  /**
   * @param {function(Object, number): Promise<Object>} ask see `asker`.
   * @param {function(string)} showTrouble is given what went wrong with a question, '' if nothing did.
   */
  constructor(ask, showTrouble) {
    this.askServer = ask;
    this.showTrouble = showTrouble;
  }

  /** Ask about a clip ({token, stamp}), after the questions before; what goes wrong stands under `error`. */
  ask({ token, stamp }, question, limit) {
    const answer = this.#last.then(() => this.askServer({ token, stamp, ...question }, limit));
    this.#last = answer;
    return answer;
  }

  /** Ask, and show what goes wrong. */
  async askAloud(clip, question) {
    const answer = await this.ask(clip, question);
    this.showTrouble(answer.error ?? '');
    return answer;
  }

  /**
   * Keep the visitor's own labels of a frame; return which frames are `marked`, or an `error`.
   * The server takes no labels with a smaller `number` after these, however late they come.
   */
  async save({ clip, index, ids, size }, number) {
    const labels = await addressOf(ids, size);
    return this.ask(clip, { what: 'save', index, labels, number }, SAVE_LIMIT);
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
