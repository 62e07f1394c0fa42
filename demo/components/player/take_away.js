/** What a visitor takes away from a run: files that the server makes, and a hint where to look for errors. */

import { el } from '../shared/element.js';
import { fileUrl } from '../shared/files.js';

export class TakeAway {
  #value = null; // the run that is shown

  /**
   * @param {Object} words
   * @param {function(Object)} ask asks the server about the run that is shown.
   * @param {function(number)} goTo goes to a frame.
   */
  constructor(words, ask, goTo) {
    this.words = words;
    this.ask = ask;
    this.goTo = goTo;
    const buttons = Object.entries(words.exports).map(([kind, label]) => {
      const fetch = (event) => this.fetchFile(event.currentTarget, { what: 'export', kind });
      return el('button', { 'data-export': kind, onclick: fetch }, label);
    });
    const attributes = { class: 'uncertain', title: words.uncertain_help };
    this.uncertain = el('button', { ...attributes, onclick: () => this.findUncertain() }, words.uncertain);
    this.files = el('div', { class: 'take' }, el('b', {}, words.take_away), ...buttons);
    this.trouble = el('p', { class: 'trouble', role: 'alert' });
    this.nodes = [el('div', { class: 'take' }, this.uncertain), this.files, this.trouble];
  }

  /** Offer everything of a run, or nothing as long as it is at work. */
  offer(value) {
    if (this.#value?.stamp !== value.stamp) {
      this.trouble.textContent = '';
    }
    this.#value = value;
    const isRunning = value.state === 'running';
    this.files.hidden = isRunning;
    const hasWorst = Number.isInteger(value.opens_at);
    this.uncertain.textContent = hasWorst ? this.words.worst : this.words.uncertain;
    this.uncertain.title = hasWorst ? this.words.worst_help : this.words.uncertain_help;
    this.uncertain.hidden = isRunning;
  }

  /** Let the server make a file and hand it to the browser, under `fileName` if there is one. */
  async fetchFile(button, question, fileName = null) {
    const answer = await this.#askFrom(button, question);
    if (!answer.error) {
      const download = fileName ?? answer.path.split('/').pop();
      el('a', { href: fileUrl(answer.path), download }).click();
    }
  }

  /** Go to the frame that is most uncertain, unless another run is shown by the time it is found. */
  async findUncertain() {
    const { stamp } = this.#value;
    const { error, index } = await this.#askFrom(this.uncertain, { what: 'uncertain' });
    if (error || this.#value.stamp !== stamp) {
      return;
    }
    if (Number.isInteger(index)) {
      this.goTo(index);
    } else {
      this.trouble.textContent = this.words.nothing_uncertain;
    }
  }

  /** Ask for what a button offers; it cannot be pressed meanwhile. What goes wrong is said. */
  async #askFrom(button, question) {
    button.disabled = true;
    button.setAttribute('aria-busy', 'true');
    this.trouble.textContent = '';
    const answer = await this.ask(question);
    button.disabled = false;
    button.removeAttribute('aria-busy');
    this.trouble.textContent = answer.error ?? '';
    return answer;
  }
}
