/** Measurements over time: a tab for each kind, a row for each model; a click goes to a frame. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { Plot, largest, seriesOf } from './chart.js';

const HEIGHT = 46;
const FULL = [];
const DASHED = [5, 4];
const SOLE_WIDTH = 600; // pixels, as long as the page has not laid the row out

export class Timelines {
  /**
   * @param {Object} words
   * @param {function(number)} visit goes to a frame.
   */
  constructor(words, visit) {
    this.words = words;
    this.visit = visit;
    this.kind = 'quality';
    this.figures = [];
    this.index = 0;
    this.value = null;
    this.rows = new Map();
    this.tabs = el('div', { class: 'tabs', role: 'tablist', 'aria-label': words.timelines });
    this.list = el('div', { class: 'rows' });
    this.trouble = el('p', { class: 'trouble', role: 'status' });
  }

  /** Make the rows of a run. */
  build(value) {
    this.value = value;
    this.rows = new Map(value.variants.map((variant) => [variant.name, this.#row(variant)]));
    this.list.replaceChildren(...[...this.rows.values()].map((row) => row.node));
    this.#showTabs();
  }

  /** Draw the measurements (see `seriesOf`). */
  show(value, figures) {
    Object.assign(this, { value, figures });
    this.draw();
  }

  draw() {
    if (!this.value) {
      return;
    }
    const { lines, most } = this.#measurements();
    for (const variant of this.value.variants) {
      const row = this.rows.get(variant.name);
      row.measured = lines.map((line) => ({ ...line, series: this.#series(variant, line.key) }));
      this.#drawRow(row, most);
    }
    this.mark(this.index);
  }

  /** Put the cursor on a frame, and tell what was measured there. */
  mark(index) {
    this.index = index;
    for (const { cursor, note, plot, measured } of this.rows.values()) {
      cursor.style.transform = `translateX(${plot.x(index)}px)`;
      note.textContent = measured
        .map(({ label, series }) => `${label} ${this.#format(series[index])}`)
        .join(' · ');
    }
  }

  #measurements() {
    const { words, value, kind } = this;
    if (kind === 'area') {
      const all = value.variants.map((variant) => this.#series(variant, 'area'));
      return { lines: [{ key: 'area', label: words.area, dash: FULL }], most: largest(all) };
    }
    if (kind === 'share') {
      return { lines: [{ key: 'share', label: words.share, dash: FULL }], most: 1 };
    }
    const truth = [
      { key: 'j', label: 'J', dash: FULL },
      { key: 'f', label: 'F', dash: DASHED },
    ];
    return {
      lines: value.truth ? truth : [{ key: 'agreement', label: words.agreement, dash: FULL }],
      most: 1,
    };
  }

  #series(variant, key) {
    const objects = this.value.objects.map(({ id }) => id);
    return seriesOf(this.figures, variant.name, objects, key);
  }

  #drawRow(row, most) {
    const { chart, measured } = row;
    const width = chart.clientWidth || SOLE_WIDTH;
    const ratio = window.devicePixelRatio || 1;
    chart.width = width * ratio;
    chart.height = HEIGHT * ratio;
    const context = chart.getContext('2d');
    context.scale(ratio, ratio);
    const style = getComputedStyle(this.list);
    const plot = new Plot({ width, height: HEIGHT, total: this.value.total, most });
    const last = this.value.total - 1;
    const grid = [0, 0.5, 1].map((level) => [
      [plot.x(0), plot.y(level * most)],
      [plot.x(last), plot.y(level * most)],
    ]);
    stroke(context, grid, { colour: style.getPropertyValue('--border-color-primary'), width: 1 });
    for (const { dash, series } of measured) {
      const colour = style.getPropertyValue('--color-accent');
      stroke(context, plot.lines(series), { colour, width: 2, dash });
    }
    row.plot = plot;
  }

  #format(value) {
    return this.kind === 'area' && isKnown(value) ? Math.round(value).toLocaleString('en') : fixed(value, 2);
  }

  #row(variant) {
    const chart = el('canvas', { class: 'chart', 'data-variant': variant.name });
    const note = el('small', { class: 'chart-value' });
    const cursor = el('i', { class: 'chart-cursor' });
    const plot = new Plot({ width: SOLE_WIDTH, height: HEIGHT, total: this.value.total, most: 1 });
    const row = { chart, cursor, note, plot, measured: [] };
    chart.addEventListener('click', (event) =>
      this.visit(row.plot.frameAt(event.clientX - chart.getBoundingClientRect().left)),
    );
    const name = el('span', { class: 'row-name' }, el('b', {}, variant.title), note);
    row.node = el('div', { class: 'row' }, name, el('div', { class: 'chart-box' }, chart, cursor));
    return row;
  }

  #showTabs() {
    const { words } = this;
    const tabs = ['quality', 'area', 'share'].map((kind) => {
      const attributes = { role: 'tab', 'data-chart': kind, 'aria-selected': String(kind === this.kind) };
      const choose = () => {
        this.kind = kind;
        this.#showTabs();
        this.draw();
      };
      return el(
        'button',
        { ...attributes, title: words[`${kind}_help`], onclick: choose },
        words[`${kind}_tab`],
      );
    });
    this.tabs.replaceChildren(...tabs, el('span', { class: 'chart-note' }, words[`${this.kind}_help`]));
  }
}

/** Draw lines, each a list of [x, y]. */
function stroke(context, lines, { colour, width, dash = FULL }) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  for (const line of lines) {
    line.forEach(([x, y], number) => (number ? context.lineTo(x, y) : context.moveTo(x, y)));
  }
  context.stroke();
}
