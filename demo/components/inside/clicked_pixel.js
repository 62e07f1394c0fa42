/** A clicked pixel: where the models look from there, and both gates there over the clip. */

import { el } from '../shared/element.js';
import { scrollTo } from '../shared/motion.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { explained } from '../shared/term.js';
import { Arithmetic } from './arithmetic.js';
import { absence, curve, percent } from './pieces.js';

export class PixelAnswer {
  constructor(words) {
    this.words = words;
    this.arithmetic = new Arithmetic(words.arithmetic);
    this.said = el('p', { class: 'said', role: 'status' }); // stays, so that a screen reader hears it change
    this.body = el('div', {});
    this.node = el('div', { class: 'looked' }, this.said, this.body);
    this.asked = null; // the newest request
  }

  /** Put it right below the player's panes, where the clicks are; without them at the top of the inside. */
  place(inside) {
    const panes = document.querySelector('.player .panes');
    if (!panes) {
      inside.prepend(this.node);
    } else if (panes.nextElementSibling !== this.node) {
      panes.after(this.node);
    }
  }

  /** Say that a pixel can be clicked. */
  clear() {
    this.asked = null;
    delete this.node.dataset.pixel;
    this.said.textContent = '';
    this.body.replaceChildren(el('p', { class: 'hint' }, this.words.click_pixel));
  }

  /** Ask about the subject's pixel and show the answer, unless another one is asked about meanwhile. */
  async show(subject) {
    const { pixel, index } = subject;
    if (!pixel) {
      return;
    }
    this.asked = subject;
    const found = await subject.askAll('pixel', () => pixel);
    if (this.asked !== subject || !subject.isShown) {
      return;
    }
    const isNew = this.node.dataset.pixel !== `${pixel.x},${pixel.y}`;
    const rows = found.map(([model, answer]) => {
      const row = pixelRow(model, answer, subject, this.words);
      row.append(...(answer.cell ? [this.arithmetic.section(model, subject)] : []));
      return row;
    });
    this.said.textContent = sentence(pixel, found, this.words);
    const help = explained(this.words.looked_help, this.words.terms);
    this.body.replaceChildren(el('p', { class: 'hint' }, ...help), ...rows);
    this.body.querySelectorAll('.most').forEach(bringIntoStrip);
    this.node.dataset.pixel = `${pixel.x},${pixel.y}`;
    this.node.dataset.frame = index;
    if (isNew) {
      scrollTo(this.node);
    }
  }
}

/** Say which pixel was clicked, and where each model looks most. */
function sentence({ x, y }, found, words) {
  const said = found
    .filter(([, answer]) => answer.memory?.length)
    .map(([model, { memory }]) => {
      const { frame, part } = mostAttended(memory);
      return `${model.title} ${words.looks_most.replace('{}', frame).replace('{}', percent(part))}.`;
    });
  return [words.looked.replace('{}', `(${x}, ${y})`), ...said].join(' ');
}

/** Return the past frame that gets most of the attention. */
export function mostAttended(memory) {
  return memory.reduce((most, entry) => (entry.part > most.part ? entry : most));
}

/**
 * Make the row of a model.
 * @param {{name: string, title: string}} model
 * @param {Object} answer the server's to "pixel".
 * @param {{target: number, index: number}} place the object and the frame that were asked about.
 * @param {Object} words
 */
function pixelRow(model, answer, { target, index }, words) {
  const attributes = { 'data-model': model.name, 'data-target': target };
  const head = el('h3', {}, model.title);
  if (!answer.gates) {
    return el('section', attributes, head, absence(answer));
  }
  if (!answer.cell) {
    return el('section', attributes, head, el('p', { class: 'absent' }, words.outside));
  }
  return el('section', attributes, head, strip(model, answer, index, words));
}

function strip(model, { src, memory, note, gates, pending }, index, words) {
  const name = words.attention.replace('{}', model.title);
  const film = el('div', { class: 'film', tabindex: 0, role: 'group', 'aria-label': name });
  film.addEventListener('keydown', (event) => event.stopPropagation()); // arrow keys scroll it, not the clip
  const asking = el('figcaption', {}, words.asking.replace('{}', index));
  film.append(el('figure', { class: 'asking' }, el('img', { src, alt: '' }), asking));
  const most = memory.length ? mostAttended(memory) : null;
  film.append(
    ...memory.map((entry) => attended(entry, entry === most, words)),
    ...(note ? [el('p', { class: 'absent' }, note)] : []),
    ...gatesFigure(gates, index, pending, words),
  );
  return film;
}

/** Scroll a strip so that a figure of it stands in its middle; the page stays where it is. */
function bringIntoStrip(figure) {
  const film = figure.parentElement;
  const [own, whole] = [figure.getBoundingClientRect(), film.getBoundingClientRect()];
  film.scrollLeft += own.left - whole.left - (whole.width - own.width) / 2;
}

function attended({ frame, part, src }, isMost, words) {
  const caption = el(
    'figcaption',
    { 'data-part': part },
    `${words.frame} ${frame} `,
    el('b', {}, percent(part)),
  );
  return el('figure', { class: isMost ? 'most' : null }, el('img', { src, alt: '' }), caption);
}

function gatesFigure({ gate_transduced: one, gate_induced: other }, index, pending, words) {
  if (!one.some(isKnown)) {
    return [];
  }
  const size = { width: 300, height: 90, most: 1 };
  const now = `γ1 ${fixed(one[index], 2)} (——), γ2 ${fixed(other[index], 2)} (– –)`;
  return [
    el(
      'figure',
      { class: 'gates' },
      el('h4', {}, words.gates_here),
      pending
        ? el('p', { class: 'absent' }, words.gates_pending)
        : el('div', { class: 'overlaid' }, curve(one, size), curve(other, { ...size, dash: '5 4' })),
      el('figcaption', {}, now),
    ),
  ];
}
