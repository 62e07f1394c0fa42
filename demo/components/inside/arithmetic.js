/** A clicked place in numbers: the sums behind E1*, E2* and E_tar in one channel. */

import { choice, el } from '../shared/element.js';
import { filled, written } from './learner_numbers.js';
import { absence } from './pieces.js';

const AGAIN = 500; // milliseconds until a filter that waits or is at work is asked for again

export class Arithmetic {
  constructor(words) {
    this.words = words;
    this.isOpen = false; // kept from one clicked place to the next, as is the channel
    this.channel = null;
  }

  /** Make the section of a model about the subject's pixel; it asks when it is opened. */
  section(model, subject) {
    const body = el('div', { class: 'sums' });
    const node = el('details', { class: 'arithmetic' }, el('summary', {}, this.words.title), body);
    node.addEventListener('keydown', (event) => event.stopPropagation()); // space opens it and does not play the clip
    node.open = this.isOpen;
    node.addEventListener('toggle', () => {
      this.isOpen = node.open;
      this.#fill(node, body, model, subject);
    });
    return node;
  }

  async #fill(node, body, model, subject) {
    if (!node.open) {
      return;
    }
    const { words } = this;
    const found = await this.#ask('arithmetic', model, subject);
    if (!found.fusions) {
      body.replaceChildren(absence(found));
      return;
    }
    const filter = el('div', { class: 'sum' });
    const again = () => this.#fill(node, body, model, subject);
    body.replaceChildren(
      el('p', { class: 'hint' }, words.hint.replace('{}', found.channels)),
      this.#channels(found, again),
      matching(found.matching, words),
      filter,
      fusion(found.fusions, words),
    );
    await this.#fillFilter(filter, model, subject);
  }

  async #fillFilter(box, model, subject) {
    const found = await this.#ask('filter_sum', model, subject);
    box.replaceChildren(...filterSum(found, this.words));
    if (found.absent_kind === 'waiting' && box.isConnected) {
      setTimeout(() => this.#fillFilter(box, model, subject), AGAIN);
    }
  }

  async #ask(what, model, subject) {
    const { channel } = this;
    const [[, found]] = await subject.askAll(what, () => ({ ...subject.pixel, channel }), [model]);
    return found;
  }

  #channels({ channels }, change) {
    const { words } = this;
    const numbered = Array.from({ length: channels }, (_, number) => [number, number]);
    const options = [['', words.strongest], ...numbered];
    const select = choice({ 'aria-label': words.channel }, options, (value) => {
      this.channel = value === '' ? null : Number(value);
      change();
    });
    select.value = this.channel ?? '';
    return el('label', { class: 'pick' }, el('span', {}, words.channel), select);
  }
}

function matching(found, words) {
  if (!found.cells) {
    return el('div', { class: 'sum' }, absence(found));
  }
  const { cells, others, total, answer, sharpness } = found;
  const rows = cells.map((cell) => [
    filled(words.frame_cell, cell),
    ...[cell.dot, cell.attention, cell.value, cell.product].map((value) => written(value)),
  ]);
  rows.push([
    words.others.replace('{}', others.count.toLocaleString('en')),
    '',
    written(others.attention),
    '',
    written(others.product),
  ]);
  const last = [words.sum, '', '1', '', written(total)];
  return el(
    'div',
    { class: 'sum', 'data-sum': 'matching', 'data-channel': found.channel },
    el('h5', {}, words.matching.replace('{}', found.channel)),
    el('p', { class: 'hint' }, words.matching_hint.replace('{}', sharpness)),
    table([words.memory_cell, 'q·k', words.weight, 'E1', words.product], rows, last),
    inTrace(answer, words),
  );
}

function filterSum(found, words) {
  if (!found.grid) {
    return [el('h5', {}, words.filter_waits), absence(found)];
  }
  const { grid, terms, others, total, answer } = found;
  const cells = grid.map((line, row) =>
    el(
      'tr',
      {},
      ...line.map((value, column) => el('td', { title: words.places[row][column] }, written(value))),
    ),
  );
  const rows = terms.map((term) => [
    filled(words.term, { feature: term.feature, place: words.places[term.row][term.column] }),
    ...[term.tau, term.x, term.product].map((value) => written(value)),
  ]);
  rows.push([words.others.replace('{}', others.count.toLocaleString('en')), '', '', written(others.product)]);
  return [
    el('h5', {}, filled(words.filter, found)),
    el('p', { class: 'hint' }, words.filter_hint),
    el('table', { class: 'nine' }, el('tbody', {}, ...cells)),
    el('p', { class: 'hint' }, words.nine.replace('{}', written(total))),
    table([words.largest_products, 'τ', words.x, words.tau_x], rows, [
      words.filter_sum,
      '',
      '',
      written(total),
    ]),
    inTrace(answer, words),
  ];
}

function fusion(fusions, words) {
  const lines = fusions.map((found) => [
    el('p', { class: 'formula' }, `${words.channel_of.replace('{}', found.channel)} ${fusionText(found)}`),
    inTrace(found.answer, words),
  ]);
  return el(
    'div',
    { class: 'sum', 'data-sum': 'fusion' },
    el('h5', {}, words.fusion),
    el('p', { class: 'hint' }, fusions[0].gate_transduced === null ? words.added : words.gated),
    ...lines.flat(),
  );
}

/** Write the fusion of a cell with its numbers. */
export function fusionText({ transduced, induced, gate_transduced: one, gate_induced: other, total }) {
  const [first, second] = [
    [one, transduced],
    [other, induced],
  ].map(([gate, value]) => (gate === null ? written(value) : `${written(gate)} × ${written(value)}`));
  return `${first} + ${second} = ${written(total)}`;
}

function inTrace(answer, words) {
  return el('p', { class: 'hint', 'data-answer': answer }, words.in_trace.replace('{}', written(answer)));
}

function table(head, rows, last) {
  const line = (tag, cells) => el('tr', {}, ...cells.map((text) => el(tag, {}, text)));
  return el(
    'div',
    { class: 'wide', tabindex: 0, role: 'group', 'aria-label': head[0] },
    el(
      'table',
      {},
      el('thead', {}, line('th', head)),
      el('tbody', {}, ...rows.map((cells) => line('td', cells))),
      el('tfoot', {}, line('td', last)),
    ),
  );
}
