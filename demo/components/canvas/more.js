/** What is needed less often: the object's name, ready masks, and the list of keys. */

import { el } from '../shared/element.js';

export class More {
  /** @param {{rename, importFile, takeTruth, clear}} actions each is given the new value. */
  constructor(words, actions) {
    this.words = words;
    this.name = el('input', { type: 'text', maxlength: 40, class: 'name', 'aria-label': words.name });
    this.name.addEventListener('change', () => actions.rename(this.name.value));
    this.file = el('input', { type: 'file', accept: 'image/png', hidden: true });
    this.file.addEventListener('change', () => this.#chosen(actions.importFile));
    const truth = { class: 'truth', title: words.truth_help, onclick: actions.takeTruth };
    this.truth = el('button', truth, words.truth);
    this.node = el(
      'details',
      { class: 'more' },
      el('summary', {}, words.more),
      el('label', {}, words.name, this.name),
      el(
        'div',
        { class: 'group' },
        el('button', { class: 'import', onclick: () => this.file.click() }, words.import),
        this.truth,
        el('button', { class: 'clear', onclick: actions.clear }, words.clear),
      ),
      this.file,
      el('p', { class: 'hint for-mouse' }, words.keys),
    );
  }

  /** Show the name of the object that is chosen. */
  showName(target, names) {
    this.name.value = names[target] || '';
    this.name.placeholder = this.words.name_of.replace('{}', target);
  }

  #chosen(importFile) {
    const [file] = this.file.files;
    if (file) {
      importFile(file);
    }
    this.file.value = '';
  }
}
