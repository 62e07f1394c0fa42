/** Lets the browser ask before the page is left while something is under way. */

export class Leaving {
  #underWay = 0; // files that are being sent, and clips that are being read

  /** @param {function(): boolean} isRunning tells whether a run waits or works. */
  constructor(isRunning) {
    this.isRunning = isRunning;
  }

  /** Begin to watch a window: its file transfers, and whether it is left. */
  watch(page = window) {
    const send = page.fetch;
    page.fetch = (...request) => {
      const answer = send.apply(page, request);
      if (request[1]?.body instanceof FormData) {
        this.begin(); // Gradio sends files as forms and tells nobody of it
        const end = () => this.end();
        answer.then(end, end);
      }
      return answer;
    };
    page.addEventListener('beforeunload', (event) => {
      if (this.#underWay > 0 || this.isRunning()) {
        event.preventDefault();
      }
    });
  }

  begin() {
    this.#underWay += 1;
  }

  end() {
    this.#underWay -= 1;
  }
}
