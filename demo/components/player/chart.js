/** A chart of lines over the frames of a clip, which is also a slider: a click and the arrow keys go to a frame. */

import { el } from '../shared/element.js';
import { clamp } from '../shared/numbers.js';
import uPlot from '../uplot/uPlot.esm.js';
import { isolatedIn } from './series.js';

const WIDTH = 2; // of a line
const Y_AXIS = 54; // pixels for its numbers
const X_AXIS = 26;
const FONT = '12px system-ui, sans-serif';

export class Chart {
  #plot = null;
  #lines = [];
  #index = 0;

  /**
   * @param {Object} words
   * @param {{visit: function(number), hover: function(number|null)}} actions
   */
  constructor(words, actions) {
    this.actions = actions;
    this.cursor = el('i', { class: 'chart-cursor' });
    this.node = el('div', {
      class: 'chart',
      role: 'slider',
      tabindex: 0,
      'aria-valuemin': 0,
      'aria-description': words.chart_keys,
      onkeydown: (event) => this.#key(event),
    });
    new ResizeObserver(() => this.#resize()).observe(this.node);
  }

  /**
   * Show lines instead of those before.
   * @param {Object} chart
   * @param {string} chart.name what is measured.
   * @param {Array<Array<number|null>>} chart.lines a value per frame.
   * @param {Array<{colour: string, dash: Array<number>}>} chart.marks of each line, see `markOf`.
   * @param {number} chart.top the end of the axis; it begins at 0.
   */
  open({ name, lines, marks, top }) {
    this.#plot?.destroy();
    this.#lines = lines;
    this.top = top;
    this.node.setAttribute('aria-label', name);
    this.#plot = new uPlot(this.#options(marks), this.#data(), this.node);
    this.#plot.over.append(this.cursor);
    this.#plot.over.addEventListener('click', (event) => this.#click(event));
    this.node.setAttribute('aria-valuemax', Math.max(0, this.#total - 1));
  }

  /** Show other values of the same lines. */
  update(lines, top) {
    Object.assign(this, { top });
    this.#lines = lines;
    this.#plot.setData(this.#data());
    this.node.setAttribute('aria-valuemax', Math.max(0, this.#total - 1));
  }

  /** Put the cursor on a frame. */
  mark(index) {
    this.#index = index;
    this.node.setAttribute('aria-valuenow', index);
    this.#place();
  }

  /** Lay the cursor over its frame, as soon as the chart knows where that is. */
  #place() {
    const place = this.#plot?.valToPos(this.#index, 'x');
    if (Number.isFinite(place)) {
      this.cursor.style.transform = `translateX(${place}px)`;
    }
  }

  /** Say what is to be read at the frame on the cursor. */
  say(text) {
    this.node.setAttribute('aria-valuetext', text);
  }

  get #total() {
    return this.#lines[0]?.length ?? 0;
  }

  #data() {
    return [Array.from({ length: this.#total }, (_, frame) => frame), ...this.#lines];
  }

  #options(marks) {
    const style = getComputedStyle(this.node);
    const colourOf = (name) => () => style.getPropertyValue(name);
    const axis = {
      stroke: colourOf('--quiet'),
      font: FONT,
      grid: { stroke: colourOf('--border-color-primary'), width: 1 },
      ticks: { show: false },
    };
    const series = marks.map(({ colour, dash }, place) => ({
      stroke: colourOf(colour),
      fill: null,
      dash,
      width: WIDTH,
      points: { show: true, size: 5, filter: () => isolatedIn(this.#lines[place]) },
    }));
    return {
      ...this.#size(),
      legend: { show: false },
      padding: [10, 12, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: () => [0, Math.max(1, this.#total - 1)] },
        y: { range: () => [0, this.top] },
      },
      axes: [
        { ...axis, size: X_AXIS, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] },
        { ...axis, size: Y_AXIS, space: 34 },
      ],
      series: [{}, ...series],
      hooks: {
        setCursor: [(plot) => this.actions.hover(plot.cursor.idx ?? null)],
        draw: [() => this.#place()],
      },
    };
  }

  #size() {
    return { width: Math.max(120, this.node.clientWidth), height: Math.max(140, this.node.clientHeight) };
  }

  #resize() {
    if (this.#plot && this.node.clientWidth) {
      this.#plot.setSize(this.#size());
    }
  }

  #click(event) {
    const place = event.clientX - this.#plot.over.getBoundingClientRect().left;
    this.actions.visit(clamp(Math.round(this.#plot.posToVal(place, 'x')), 0, this.#total - 1));
  }

  /** Up and down are a slider's keys, too; the rest is the player's. */
  #key(event) {
    const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (step) {
      event.preventDefault();
      this.actions.visit(this.#index + step);
    }
  }
}
