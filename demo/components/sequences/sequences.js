/** The table of a data set's sequences, worst first. `props.value`: demo/page/viewed_results.py; a click opens one. */

import { el } from '../shared/element.js';

export function mount({ element, props, trigger, watch }) {
  const table = new Sequences(element.querySelector('.sequences'), props.words, (name) =>
    trigger('submit', { name }),
  );
  watch('value', () => table.load(props.value));
  table.load(props.value);
}

class Sequences {
  constructor(box, words, open) {
    Object.assign(this, { box, words, open });
    this.state = el('p', { class: 'state', role: 'status' });
    this.table = el('table');
    this.troubles = el('ul', { class: 'troubles' });
    box.append(this.state, el('div', { class: 'scroll', tabindex: 0 }, this.table), this.troubles);
  }

  load(value) {
    this.box.hidden = !value || !value.rows;
    if (this.box.hidden) {
      return;
    }
    const { rows, titles, done, total, opened } = value;
    const { words } = this;
    const isScored = rows.some(({ scores }) => scores.some(Boolean));
    const ended = isScored ? words.worst_first : words.not_scored;
    this.state.textContent = done < total ? words.scoring.replace('{}', done).replace('{}', total) : ended;
    const heads = [words.sequence, ...titles];
    this.table.replaceChildren(
      el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
      el('tbody', {}, ...rows.map((row) => this.#row(row, opened))),
    );
    const troubles = rows.flatMap((row) => row.troubles.map((trouble) => `${row.name}: ${trouble}`));
    this.troubles.replaceChildren(...troubles.map((trouble) => el('li', {}, trouble)));
  }

  #row({ name, scores }, opened) {
    const isOpened = name === opened;
    const button = el(
      'button',
      { type: 'button', title: this.words.open, onclick: () => this.open(name) },
      name,
    );
    const least = Math.min(...scores.filter(Boolean).map(({ mean }) => mean));
    return el(
      'tr',
      { class: isOpened ? 'opened' : '', 'aria-current': isOpened ? 'true' : null },
      el('th', { scope: 'row' }, button),
      ...scores.map((score) => this.#cell(score, scores.length > 1 && score?.mean === least)),
    );
  }

  #cell(score, isWorst) {
    if (!score) {
      return el('td', { class: 'unknown' }, '–');
    }
    const percent = (value) => (100 * value).toFixed(1);
    return el(
      'td',
      { class: isWorst ? 'worst' : '' },
      el('b', {}, percent(score.mean)),
      el('small', {}, `J ${percent(score.j)} · F ${percent(score.f)}`),
    );
  }
}
