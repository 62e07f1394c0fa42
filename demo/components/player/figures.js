/** The measurements of a run's frames: asked for until they are all there, each put in its own place. */

const MISSING = Object.freeze({}); // a frame without measurements
const MOST_EMPTY = 6; // answers without anything new, one after the other: the server has no more

export class Figures {
  #run = null;
  #wanted = 0;
  #asking = null; // the run that is asked about

  /**
   * @param {Object} actions
   * @param {function(Object): Promise<{figures?: Array<Object>, error?: string}>} actions.ask see `PlayerServer`.
   * @param {function(string)} actions.show is called when there are more, or with a sentence what went wrong.
   * @param {Retry} actions.retry
   */
  constructor(actions) {
    this.actions = actions;
    /** For each frame of the clip its measurements, see `linesOf`. */
    this.frames = [];
  }

  /** Begin with another run, or anew: answers that are under way do not count any more. */
  open(total) {
    this.#run = {};
    this.#wanted = 0;
    this.#asking = null;
    this.frames = Array.from({ length: total }, () => MISSING);
    this.actions.retry.stop();
  }

  /** See to it that the measurements of the first `count` frames come. */
  want(count) {
    if (count > this.#wanted) {
      this.#wanted = Math.min(count, this.frames.length);
      this.actions.retry.stop();
    }
    return this.fetch();
  }

  /** Ask for what is missing, unless that is being done. */
  async fetch() {
    const run = this.#run;
    if (run === null || this.#asking === run) {
      return;
    }
    this.#asking = run;
    let isFruitful = true;
    while (isFruitful && this.#run === run && this.#missing() >= 0) {
      isFruitful = await this.#askOnce(run);
    }
    if (this.#run === run) {
      this.#asking = null;
    }
  }

  /** Ask once; tell whether anything new came, and try again later if not. */
  async #askOnce(run) {
    const start = this.#missing();
    const { error = '', figures = [] } = await this.actions.ask({ what: 'figures', start });
    if (this.#run !== run) {
      return false;
    }
    figures.forEach((frame, place) => {
      if (start + place < this.frames.length) {
        this.frames[start + place] = frame ?? MISSING;
      }
    });
    const isFruitful = this.#missing() !== start;
    const { retry, show } = this.actions;
    if (isFruitful) {
      retry.stop();
    } else if (error || retry.failures < MOST_EMPTY) {
      retry.later();
    }
    show(error);
    return isFruitful;
  }

  /** Return the first frame that lacks its measurements, -1 if none does. */
  #missing() {
    return this.frames.findIndex((frame, index) => index < this.#wanted && frame === MISSING);
  }
}
