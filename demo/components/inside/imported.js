/** What stands in the place of the inside where all results are other programs' masks. */

import { el } from '../shared/element.js';

export class ImportedNote {
  constructor(words) {
    this.node = el('p', { class: 'hint imported', role: 'note' }, words.imported);
  }

  /** Show the note before the inside if a run holds other programs' masks alone; tell whether it does. */
  show({ variants }, inside) {
    const isImported = variants.every(({ imported }) => imported);
    isImported ? inside.before(this.node) : this.node.remove();
    return isImported;
  }
}
