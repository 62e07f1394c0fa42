/** What a visitor takes away from a run: files that the server makes, and a hint where to look for errors. */

import { frames } from '../shared/channels.js';
import { el } from '../shared/element.js';
import { fileUrl } from '../shared/files.js';
import { sizeText } from '../shared/numbers.js';

const OF_FRAME = 'internals'; // the file of the frame that the player shows

export class TakeAway {
  #value = null; // the run that is shown
  #index = 0; // the frame that is shown

  /**
   * @param {Object} words
   * @param {function(Object)} ask asks the server about the run that is shown.
   * @param {function(number)} goTo goes to a frame.
   */
  constructor(words, ask, goTo) {
    this.words = words;
    this.ask = ask;
    this.goTo = goTo;
    this.sizes = new Map(Object.keys(words.exports).map((kind) => [kind, el('small')]));
    const buttons = Object.entries(words.exports).map(([kind, label]) => {
      const fetch = (event) => this.fetchFile(event.currentTarget, this.#question(kind));
      return el('button', { 'data-export': kind, onclick: fetch }, label, ' ', this.sizes.get(kind));
    });
    const attributes = { class: 'uncertain', title: words.uncertain_help };
    this.uncertain = el('button', { ...attributes, onclick: () => this.findUncertain() }, words.uncertain);
    this.files = el('div', { class: 'take' }, el('b', {}, words.take_away), ...buttons);
    this.trouble = el('p', { class: 'trouble', role: 'alert' });
    this.nodes = [el('div', { class: 'take' }, this.uncertain), this.files, this.trouble];
    frames.listen(({ index }) => {
      this.#index = index;
    });
  }

  /** Offer everything of a run, or nothing as long as it is at work. */
  offer(value) {
    const isOther = this.#value?.stamp !== value.stamp || this.#value.state !== value.state;
    if (isOther) {
      this.trouble.textContent = '';
    }
    this.#value = value;
    const isRunning = value.state === 'running';
    this.files.hidden = isRunning;
    const hasWorst = value.worst;
    this.uncertain.textContent = hasWorst ? this.words.worst : this.words.uncertain;
    this.uncertain.title = hasWorst ? this.words.worst_help : this.words.uncertain_help;
    this.uncertain.hidden = isRunning;
    if (isOther && !isRunning) {
      this.#showSizes(value);
    }
  }

  /** Let the server make a file and hand it to the browser, under `fileName` if there is one. */
  async fetchFile(button, question, fileName = null) {
    const answer = await this.#askFrom(button, question);
    if (answer && !answer.error) {
      const download = fileName ?? answer.path.split('/').pop();
      el('a', { href: fileUrl(answer.path), download }).click();
    }
  }

  /** Go to the frame that is most uncertain, unless another run is shown by the time it is found. */
  async findUncertain() {
    const { stamp } = this.#value;
    const answer = await this.#askFrom(this.uncertain, { what: 'uncertain' });
    if (!answer || answer.error || this.#value.stamp !== stamp) {
      return;
    }
    const { index } = answer;
    if (Number.isInteger(index)) {
      this.goTo(index);
    } else {
      this.trouble.textContent = this.words.nothing_uncertain;
    }
  }

  #question(kind) {
    return kind === OF_FRAME ? { what: kind, index: this.#index } : { what: 'export', kind };
  }

  /** Show about how large each file of a run is. */
  async #showSizes({ stamp }) {
    const { sizes } = await this.ask({ what: 'sizes' });
    if (sizes && this.#value.stamp === stamp) {
      for (const [kind, node] of this.sizes) {
        node.textContent = sizes[kind] ? this.words.about.replace('{}', sizeText(sizes[kind])) : '';
      }
    }
  }

  /**
   * Ask for what a button offers; what goes wrong is said. Meanwhile the button keeps the focus, and pressing it again
   * does nothing: the answer is null.
   */
  async #askFrom(button, question) {
    if (button.hasAttribute('aria-busy')) {
      return null;
    }
    button.setAttribute('aria-busy', 'true');
    this.trouble.textContent = '';
    const answer = await this.ask(question);
    button.removeAttribute('aria-busy');
    this.trouble.textContent = answer.error ?? '';
    return answer;
  }
}
