/** Masks that come from the server: found by GrabCut, read from a picture, or an example's own. */

import { toDataAddress } from '../shared/files.js';
import { addressOf, idsOf } from './mark_server.js';
import { strokeMask } from './raster.js';

const SCRIBBLE = 5; // thickness in pixels of the frame

export class ReadyMasks {
  #working = 0; // how many masks are on their way
  #done = Promise.resolve(); // when the newest of them is there

  /**
   * @param {MarkServer} server
   * @param {Object} words
   * @param {Object} actions
   * @param {function(): {value: Object, painting: Painting, index: number}} actions.subject the clip, the labels on
   *   the stage, and the frame that was asked for last.
   * @param {function(function(Painting): boolean)} actions.edit
   * @param {function(boolean)} actions.showBusy
   * @param {function(string)} actions.showTrouble
   */
  constructor(server, words, actions) {
    this.server = server;
    this.words = words;
    this.actions = actions;
  }

  /** Whether a mask is on its way. */
  get isBusy() {
    return this.#working > 0;
  }

  /** Wait until every mask that was asked for is there. */
  async settle() {
    await this.#done;
  }

  /** Let the server find an object from a box between two corners [x, y]. */
  fromBox(corner, opposite, target) {
    return this.#cut(() => ({ what: 'box', box: boxOf(corner, opposite) }), target);
  }

  /** Let the server find an object from a line over it. */
  fromScribble(path, target) {
    const { size } = this.actions.subject().painting;
    const mask = strokeMask(path, size, SCRIBBLE);
    return this.#cut(async () => ({ what: 'scribble', mask: await addressOf(mask, size) }), target);
  }

  /** Take the labels of a picture that the visitor has. */
  fromFile(file) {
    return this.#take(async () => ({
      what: 'import',
      file: await toDataAddress(file),
      file_name: file.name,
    }));
  }

  /** Take the example's own labels of the frame. */
  fromTruth() {
    return this.#take(() => ({ what: 'truth' }));
  }

  /** Fill the mask where nothing is marked yet. */
  #cut(question, target) {
    return this.#work(question, 'mask', (painting, mask) => painting.fill(mask, target));
  }

  #take(question) {
    return this.#work(question, 'labels', (painting, found) => painting.change((ids) => ids.set(found)));
  }

  /** Show that a mask is on its way while it is; what cannot be read is said. */
  #work(question, key, edit) {
    const work = async () => {
      this.#working += 1;
      this.actions.showBusy(true);
      try {
        await this.#ask(question, key, edit);
      } catch (error) {
        console.warn(error);
        this.actions.showTrouble(this.words.unreadable);
      }
      this.#working -= 1;
      this.actions.showBusy(this.isBusy);
    };
    const working = work();
    this.#done = this.#done.then(() => working);
    return working;
  }

  /** Ask about the frame on the stage, and edit it with the ids that come unless another one is there by then. */
  async #ask(question, key, edit) {
    const { value, painting } = this.actions.subject();
    const { index } = painting;
    const answer = await this.server.askAloud(value, { index, ...(await question()) });
    if (!answer[key]) {
      return;
    }
    const ids = await idsOf(answer[key], painting.size);
    const now = this.actions.subject();
    if (now.painting === painting && now.index === index) {
      this.actions.edit(() => edit(painting, ids));
    } else {
      this.actions.showTrouble(this.words.left_frame.replace('{}', index));
    }
  }
}

/** Return a box [top, left, bottom, right] of whole pixels between two corners [x, y]. */
function boxOf([ax, ay], [bx, by]) {
  return [Math.min(ay, by), Math.min(ax, bx), Math.max(ay, by), Math.max(ax, bx)].map(Math.round);
}
