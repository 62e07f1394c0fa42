/** The player's time base: which frame is due when. Times are milliseconds unless a name says seconds. */

const ONLY_FRAME = 42; // how long a frame is shown that has none after it

export class Clock {
  #due = 0;

  constructor() {
    /** When each frame of the clip begins, in seconds. */
    this.seconds = [];
    /** 2 plays twice as fast. */
    this.speed = 1;
    /** Whether the first frame follows the last one. */
    this.loops = true;
  }

  /** Return how long a frame is shown at normal speed. */
  duration(frame) {
    const next = Math.min(frame + 1, this.seconds.length - 1);
    return (this.seconds[next] - this.seconds[frame]) * 1000 || ONLY_FRAME;
  }

  /** Begin to play at a time. */
  start(now) {
    this.#due = now;
  }

  isDue(now) {
    return now >= this.#due;
  }

  /** Return the frame that follows one of the frames up to `last`; null at the end. */
  following(frame, last) {
    if (frame < last) {
      return frame + 1;
    }
    return this.loops ? 0 : null;
  }

  /** Note that the next frame is due when `frame` was shown for its time; a late one takes nothing from the next. */
  schedule(frame, now) {
    this.#due = Math.max(now, this.#due + this.duration(frame) / this.speed);
  }
}
