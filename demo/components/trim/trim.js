/** Two handles over a filmstrip: which part of an uploaded file is used. `props.value`: demo/clips/trim.py. */

import { choice, el } from '../shared/element.js';
import { countFrames, keepApart } from './handles.js';

const STRIDES = [1, 2, 3, 5, 10];

export function mount({ element, props, trigger, watch }) {
  const trim = new Trim(element.querySelector('.trim'), props.words, (range) => trigger('submit', range));
  watch('value', () => trim.load(props.value));
  trim.load(props.value);
}

class Trim {
  constructor(box, words, submit) {
    this.box = box;
    this.words = words;
    this.value = null;
    this.start = this.#handle('start', words.start);
    this.end = this.#handle('end', words.end);
    this.strip = el('div', { class: 'strip', 'aria-hidden': 'true' });
    this.cover = el('i', { class: 'cover' });
    const every = ({ every_nth: nth }, n) => (nth[n] ?? nth.other).replace('{}', n);
    const strides = STRIDES.map((n) => [n, n === 1 ? words.every : every(words, n)]);
    this.stride = choice({ 'aria-label': words.stride }, strides, () => this.show());
    this.facts = el('p', { class: 'facts', 'aria-live': 'polite' });
    this.use = el('button', { class: 'use', type: 'button' }, words.use);
    this.use.addEventListener('click', ({ detail }) => detail > 1 || submit(this.range())); // a double click is one
    box.append(
      el('p', { class: 'head' }, words.head),
      el('div', { class: 'film' }, this.strip, this.cover, this.start, this.end),
      el('div', { class: 'line' }, this.stride, this.use),
      this.facts,
    );
  }

  load(value) {
    this.box.hidden = !value || !value.total;
    if (this.box.hidden) {
      return;
    }
    this.value = value;
    this.strip.replaceChildren(...value.strip.map((src) => el('img', { src, alt: '' })));
    this.start.max = value.total;
    this.end.max = value.total;
    this.start.value = value.start;
    this.end.value = Math.min(value.end, value.total);
    this.stride.value = value.stride;
    this.show();
  }

  range() {
    return {
      start: Number(this.start.value),
      end: Number(this.end.value),
      stride: Number(this.stride.value),
    };
  }

  move(kind) {
    const { start, end } = keepApart(this.range(), kind, this.value.total);
    this.start.value = start;
    this.end.value = end;
    this.show();
  }

  show() {
    const { total, fps, most } = this.value;
    const { start, end, stride } = this.range();
    const { count, used } = countFrames(this.range(), most);
    this.cover.style.left = `${(100 * start) / total}%`;
    this.cover.style.right = `${100 - (100 * end) / total}%`;
    const facts = this.words.facts
      .replace('{first}', start)
      .replace('{last}', end - 1)
      .replace('{total}', total)
      .replace('{count}', used.toLocaleString('en'))
      .replace('{seconds}', ((end - start) / fps).toFixed(1));
    const limit = count > most ? ` ${this.words.most.replace('{}', most.toLocaleString('en'))}` : '';
    this.facts.textContent = facts + limit;
    const { start: from, end: to, stride: step } = this.value;
    this.use.disabled = start === from && end === Math.min(to, total) && stride === step;
  }

  #handle(kind, label) {
    const attributes = { type: 'range', min: 0, max: 1, step: 1, class: kind, 'aria-label': label };
    return el('input', { ...attributes, oninput: () => this.move(kind) });
  }
}
