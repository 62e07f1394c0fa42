/** Masks that come from the server: found by GrabCut, read from a picture, or an example's own. */

import { toDataAddress } from '../shared/files.js';
import { addressOf, idsOf } from './mark_server.js';
import { strokeMask } from './raster.js';

const SCRIBBLE = 5; // thickness in pixels of the frame

export class ReadyMasks {
  #busy = false;

  /**
   * @param {MarkServer} server
   * @param {{subject: function(): {value: Object, painting: Painting}, edit: function(function(Painting): boolean),
   *   showBusy: function(boolean)}} actions `subject` is the clip and the labels on the stage.
   */
  constructor(server, actions) {
    this.server = server;
    this.actions = actions;
  }

  /** Whether the server is looking for a mask. */
  get isBusy() {
    return this.#busy;
  }

  /** Let the server find an object from a box between two corners [x, y]. */
  fromBox(corner, opposite, target) {
    return this.#cut({ what: 'box', box: boxOf(corner, opposite) }, target);
  }

  /** Let the server find an object from a line over it. */
  async fromScribble(path, target) {
    const { size } = this.actions.subject().painting;
    const mask = await addressOf(strokeMask(path, size, SCRIBBLE), size);
    return this.#cut({ what: 'scribble', mask }, target);
  }

  /** Take the labels of a picture that the visitor has. */
  async fromFile(file) {
    return this.#take({ what: 'import', file: await toDataAddress(file), file_name: file.name });
  }

  /** Take the example's own labels of the frame. */
  fromTruth() {
    return this.#take({ what: 'truth' });
  }

  /** Fill the mask where nothing is marked yet. */
  async #cut(question, target) {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    this.actions.showBusy(true);
    try {
      await this.#ask(question, 'mask', (painting, mask) => painting.fill(mask, target));
    } finally {
      this.#busy = false;
      this.actions.showBusy(false);
    }
  }

  #take(question) {
    return this.#ask(question, 'labels', (painting, found) => painting.change((ids) => ids.set(found)));
  }

  /** Ask about the frame on the stage, and edit it with the ids that come unless another one is there by then. */
  async #ask(question, key, edit) {
    const { value, painting } = this.actions.subject();
    const { index } = painting;
    const answer = await this.server.ask(value, { index, ...question });
    if (!answer[key]) {
      return;
    }
    const ids = await idsOf(answer[key], painting.size);
    if (this.actions.subject().painting === painting && painting.index === index) {
      this.actions.edit(() => edit(painting, ids));
    }
  }
}

/** Return a box [top, left, bottom, right] of whole pixels between two corners [x, y]. */
function boxOf([ax, ay], [bx, by]) {
  return [Math.min(ay, by), Math.min(ax, bx), Math.max(ay, by), Math.max(ax, bx)].map(Math.round);
}
