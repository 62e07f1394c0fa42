/** The server's side of the canvas: one question at a time, in order. Labels travel as data addresses of PNGs. */

import { fetchBytes, toDataAddress } from '../shared/files.js';
import { decodeLabels, encodeLabels } from '../shared/label_png.js';

export class MarkServer {
  /**
   * @param {function(Object): Promise<Object>} ask see `asker`.
   * @param {HTMLElement} box gets the promises `saving` and `saved`; the page waits for them before it runs.
   * @param {function(string)} showTrouble is given what went wrong with a question, '' if nothing did.
   */
  constructor(ask, box, showTrouble) {
    this.askServer = ask;
    this.box = box;
    this.showTrouble = showTrouble;
    box.saving = Promise.resolve(); // until what is painted was given to `ask`
    box.saved = Promise.resolve(); // until the last question is answered
  }

  /** Wait until the server has everything that is painted. */
  async settle() {
    await this.box.saving;
    await this.box.saved;
  }

  /** Ask about a clip; what goes wrong is shown, and stands under `error`. */
  async ask({ token, stamp }, question) {
    const answer = this.box.saved.then(() => this.askServer({ token, stamp, ...question }));
    this.box.saved = answer;
    const found = await answer;
    this.showTrouble(found.error ?? '');
    return found;
  }

  /** Keep the visitor's own labels of a frame, after those before; return which frames are marked. */
  save(value, painting) {
    const saved = this.box.saving.then(async () => {
      const { index, size } = painting;
      const labels = await addressOf(painting.own(), size);
      return (await this.ask(value, { what: 'save', index, labels })).marked;
    });
    this.box.saving = saved.catch(() => {}); // one that fails does not hold up the next
    return saved;
  }
}

/** Return ids as the server takes them. */
export async function addressOf(ids, size) {
  return toDataAddress(new Blob([await encodeLabels({ ...size, ids })], { type: 'image/png' }));
}

/** Return the ids that the server gave; throw an Error if they are not of the frame's size. */
export async function idsOf(address, { width, height }) {
  const labels = await decodeLabels(await fetchBytes(address));
  if (labels.width !== width || labels.height !== height) {
    throw new Error(
      `These labels are ${labels.width} x ${labels.height}, the frame is ${width} x ${height}.`,
    );
  }
  return labels.ids;
}
