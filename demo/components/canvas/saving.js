/** Keeps what is painted on the server: says what is not saved yet, and lets others wait for it. */

import { Retry } from '../shared/retry.js';
import { SaveQueue } from './save_queue.js';

const SLOW = 1000; // milliseconds: what takes longer to save is said

export class Saving {
  /**
   * @param {MarkServer} server
   * @param {View} view
   * @param {Object} words
   * @param {function(Object, Array<number>)} saved takes the clip and its frames with marks when labels are saved.
   */
  constructor(server, view, words, saved) {
    Object.assign(this, { server, view, words });
    this.refused = false; // whether the view says that something did not start
    this.queue = new SaveQueue({
      send: (entry, number) => server.save(entry, number),
      saved: ({ clip }, { marked }) => saved(clip, marked),
      tell: (error) => this.#tell(error),
      retry: new Retry(() => this.queue.flush()),
    });
    window.addEventListener('beforeunload', (event) => this.queue.isEmpty || event.preventDefault());
  }

  /** Keep the visitor's own labels of the frame on the stage. */
  keep({ token, stamp }, painting) {
    const { index, size } = painting;
    this.queue.put({ clip: { token, stamp }, index, size, ids: painting.own() });
  }

  /**
   * Wait until the server has everything that is painted; say so and throw an Error if it cannot be saved.
   * @param {Promise} before what may still change the labels.
   */
  async settle(before) {
    const slow = setTimeout(() => this.view.showUnsaved(this.words.saving), SLOW);
    await before;
    const error = await this.queue.flush();
    await this.server.settle();
    clearTimeout(slow);
    if (error) {
      const sentence = this.words.waits.replace('{}', error);
      this.refused = true;
      this.view.raiseTrouble(sentence);
      throw new Error(sentence);
    }
  }

  #tell(error) {
    this.view.showUnsaved(error && this.words.unsaved.replace('{}', error));
    if (!error && this.refused) {
      this.refused = false;
      this.view.showTrouble('');
    }
  }
}
