/** Run one piece of work at a time; of those that come meanwhile, only the newest. */
export class Latest {
  #running = false;
  #waiting = null;

  /** Run `work`, an async function, now or when what runs is done; a newer one takes its place. */
  async run(work) {
    this.#waiting = work;
    if (this.#running) {
      return;
    }
    this.#running = true;
    while (this.#waiting) {
      const next = this.#waiting;
      this.#waiting = null;
      try {
        await next();
      } catch (error) {
        console.error(error); // one that failed does not hold up the next
      }
    }
    this.#running = false;
  }
}
