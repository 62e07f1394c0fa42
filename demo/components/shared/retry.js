/** Trying again what failed: after a second, then twice as long each time, and at once when the network returns. */

const FIRST = 1000; // milliseconds
const LONGEST = 30_000;

export class Retry {
  #attempt;
  #network;
  #timer = null;
  #failures = 0;
  #atOnce = () => this.now();

  /**
   * @param {function()} attempt calls `later` again if it fails, `stop` if it does not.
   * @param {EventTarget} network tells by the event "online" that the browser is connected again.
   */
  constructor(attempt, network = window) {
    this.#attempt = attempt;
    this.#network = network;
  }

  /** How often it failed since it last went well. */
  get failures() {
    return this.#failures;
  }

  /** Try again after a while. */
  later() {
    this.#forget();
    const pause = Math.min(LONGEST, FIRST * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(this.#atOnce, pause);
    this.#network.addEventListener('online', this.#atOnce);
  }

  /** Try again at once if that is due later; else do nothing. */
  now() {
    if (this.#timer !== null) {
      this.#forget();
      this.#attempt();
    }
  }

  /** Do not try again: it went well, or nobody needs it any more. */
  stop() {
    this.#forget();
    this.#failures = 0;
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#network.removeEventListener('online', this.#atOnce);
  }
}
