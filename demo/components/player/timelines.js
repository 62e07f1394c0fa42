/** Measurements over time: a tab for each kind, a row for each model; a click goes to a frame. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { Plot, largest, seriesOf } from './chart.js';

const HEIGHT = 46;
const FULL = [];
const DASHED = [5, 4];
const SOLE_WIDTH = 600; // pixels, as long as the page has not laid the row out

export class Timelines {
  constructor(words, goTo) {
    this.words = words;
    this.goTo = goTo;
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

  /** Draw the measurements (see `seriesOf`) with a line at a frame. */
  show(value, figures, index) {
    Object.assign(this, { value, figures, index });
    this.draw();
  }

  draw() {
    if (!this.value) {
      return;
    }
    const { lines, most } = this.#measurements();
    for (const variant of this.value.variants) {
      this.#drawRow(
        this.rows.get(variant.name),
        lines,
        lines.map(({ key }) => this.#series(variant, key)),
        most,
      );
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

  #drawRow({ chart, note }, lines, series, most) {
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
    lines.forEach(({ dash }, number) => {
      const colour = style.getPropertyValue('--color-accent');
      stroke(context, plot.lines(series[number]), { colour, width: 2, dash });
    });
    const now = plot.x(this.index);
    const cursor = [
      [now, 0],
      [now, HEIGHT],
    ];
    stroke(context, [cursor], { colour: style.getPropertyValue('--body-text-color'), width: 1.5 });
    note.textContent = lines
      .map(({ label }, number) => `${label} ${this.#format(series[number][this.index])}`)
      .join(' · ');
  }

  #format(value) {
    return this.kind === 'area' && isKnown(value) ? Math.round(value).toLocaleString('en') : fixed(value, 2);
  }

  #row(variant) {
    const chart = el('canvas', { class: 'chart', 'data-variant': variant.name });
    chart.addEventListener('click', (event) => {
      const { left, width } = chart.getBoundingClientRect();
      const plot = new Plot({ width, height: HEIGHT, total: this.value.total, most: 1 });
      this.goTo(plot.frameAt(event.clientX - left));
    });
    const note = el('small', { class: 'chart-value' });
    const name = el('span', { class: 'row-name' }, el('b', {}, variant.title), note);
    return { chart, note, node: el('div', { class: 'row' }, name, chart) };
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
