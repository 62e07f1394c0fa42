/** Masks that come from the server: found by GrabCut, read from a picture, or an example's own. */

import { toDataAddress } from '../shared/files.js';
import { addressOf, idsOf } from './mark_server.js';
import { drawPath } from './raster.js';
import { rectangle } from './tools.js';

const SCRIBBLE = 5; // thickness in pixels of the frame
const ON_IT = 1; // in the labels of the hints
const BESIDE_IT = 2;

export class ReadyMasks {
  #done = Promise.resolve(); // when all of `waiting` are there

  /**
   * @param {MarkServer} server
   * @param {Object} words
   * @param {Object} actions
   * @param {function(): {value: Object, painting: Painting, index: number}} actions.subject the clip, the labels on
   *   the stage, and the frame that was asked for last.
   * @param {function(function(Painting): boolean)} actions.edit
   * @param {function(): Promise} actions.rest waits until no stroke is being drawn.
   * @param {function(number)} actions.showWaiting is given how many masks are on their way.
   * @param {function(string)} actions.showTrouble
   */
  constructor(server, words, actions) {
    this.server = server;
    this.words = words;
    this.actions = actions;
    this.waiting = []; // the masks on their way: what is shown of each on the stage, {outline} or {hint}
  }

  /** Wait until every mask that was asked for is there. */
  async settle() {
    await this.#done;
  }

  /** Let the server find an object from a box between two corners [x, y]; it fills what is free. */
  fromBox(corner, opposite, target) {
    const question = () => ({ what: 'box', box: boxOf(corner, opposite) });
    const fill = (painting, mask) => painting.fill(mask, target);
    return this.#queue({ outline: rectangle(corner, opposite) }, question, 'mask', fill);
  }

  /** Let the server find an object from what was clicked or scribbled, after all that was before. */
  fromHint(hint) {
    const question = (painting) => askWith(painting, hint);
    return this.#queue({ hint }, question, 'mask', (painting, mask) => painting.follow(mask, hint));
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

  #take(question) {
    return this.#queue({}, question, 'labels', (painting, found) => painting.change((ids) => ids.set(found)));
  }

  /** Ask for a mask of the frame on the stage after those that were asked for before; what cannot be read is said. */
  #queue(shown, question, key, edit) {
    const { value, painting } = this.actions.subject();
    const task = { value, painting, index: painting.index, question, key, edit };
    this.waiting.push(shown);
    this.actions.showWaiting(this.waiting.length);
    this.#done = this.#done.then(async () => {
      try {
        await this.#work(task);
      } catch (error) {
        console.warn(error);
        this.actions.showTrouble(this.words.unreadable);
      }
      this.waiting = this.waiting.filter((other) => other !== shown);
      this.actions.showWaiting(this.waiting.length);
    });
    return this.#done;
  }

  /** Edit the frame with the ids that come, unless another one is on the stage by then. */
  async #work(task) {
    const { value, painting, index, question, key, edit } = task;
    if (!this.#isOnStage(task)) {
      return;
    }
    const answer = await this.server.askAloud(value, { index, ...(await question(painting)) });
    if (!answer[key]) {
      return;
    }
    const ids = await idsOf(answer[key], painting.size);
    await this.actions.rest();
    if (this.#isOnStage(task)) {
      this.actions.edit(() => edit(painting, ids));
    }
  }

  #isOnStage({ painting, index }) {
    const now = this.actions.subject();
    const isThere = now.painting === painting && now.index === index;
    if (!isThere) {
      this.actions.showTrouble(this.words.left_frame.replace('{}', index));
    }
    return isThere;
  }
}

/** Return the question for an object's mask with one more hint; what was told last wins. */
async function askWith(painting, hint) {
  const { size, ids, hints } = painting;
  const told = new Uint8Array(ids.length);
  for (const { path, adds } of [...hints.filter(({ target }) => target === hint.target), hint]) {
    drawPath(told, size, path, { thickness: SCRIBBLE, id: adds ? ON_IT : BESIDE_IT });
  }
  const mask = ids.map((id) => (id === hint.target ? 1 : 0));
  return { what: 'hints', hints: await addressOf(told, size), mask: await addressOf(mask, size) };
}

/** Return a box [top, left, bottom, right] of whole pixels between two corners [x, y]. */
function boxOf([ax, ay], [bx, by]) {
  return [Math.min(ay, by), Math.min(ax, bx), Math.max(ay, by), Math.max(ax, bx)].map(Math.round);
}
