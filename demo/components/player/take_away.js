/** What a visitor takes away from a run: files that the server makes, and a hint where to look for errors. */

import { el } from '../shared/element.js';
import { fileUrl } from '../shared/files.js';

export class TakeAway {
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

  /** Offer everything, or nothing as long as a run is at work. */
  offer(on) {
    this.files.hidden = !on;
    this.uncertain.hidden = !on;
  }

  /** Let the server make a file and hand it to the browser, under `fileName` if there is one. */
  async fetchFile(button, question, fileName = null) {
    button.disabled = true;
    this.trouble.textContent = '';
    const answer = await this.ask(question);
    button.disabled = false;
    if (answer.error) {
      this.trouble.textContent = answer.error;
      return;
    }
    const download = fileName ?? answer.path.split('/').pop();
    el('a', { href: fileUrl(answer.path), download }).click();
  }

  async findUncertain() {
    const answer = await this.ask({ what: 'uncertain' });
    this.trouble.textContent = answer.error || (answer.index === null ? this.words.nothing_uncertain : '');
    if (Number.isInteger(answer.index)) {
      this.goTo(answer.index);
    }
  }
}
