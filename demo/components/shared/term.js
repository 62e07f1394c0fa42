/**
 * Terms that explain themselves where they stand: `[[Term]]`, or `[[Term|as it is shown]]`, in a sentence. The
 * explanation is shown by demo/components/page/term_note.js; demo/glossary.py has them, and does the same in Python.
 */

import { el } from './element.js';

const TERM = /\[\[([^|\]]+)(?:\|([^\]]+))?\]\]/; // in a split: text, term, shown, text, ...

/** Return a sentence without the marks of its terms. */
export function plain(sentence) {
  return piecesOf(sentence)
    .map(({ text }) => text)
    .join('');
}

/** Return the text of a sentence in pieces {text, term}; `term` is null where nothing is to be explained. */
export function piecesOf(sentence) {
  const parts = sentence.split(TERM);
  return parts
    .map((part, place) => {
      const kind = place % 3;
      if (kind === 1) {
        return { text: parts[place + 1] ?? part, term: part };
      }
      return { text: kind ? '' : part, term: null };
    })
    .filter(({ text }) => text);
}

/**
 * Return the nodes of a sentence.
 * @param {string} sentence
 * @param {Object<string, string>} notes what each of its terms means.
 */
export function explained(sentence, notes) {
  return piecesOf(sentence).map(({ text, term }) => {
    const note = notes[term];
    return note ? el('button', { type: 'button', class: 'term', 'aria-description': note }, text) : text;
  });
}
