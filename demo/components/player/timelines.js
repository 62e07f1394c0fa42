/** Measurements over time: a tab for each kind, a line for each model in one chart, and what is to be read there. */

import { choice, el, setOptions } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { explained, plain } from '../shared/term.js';
import { Chart } from './chart.js';
import { markOf, swatch } from './marks.js';
import { kindsOf, linesOf, topOf } from './series.js';

const ALL = { colour: '--body-text-color', dash: [] }; // the mark of a line that is of all models
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export class Timelines {
  #lines = [];
  #hovered = null; // the frame under the pointer
  #outputs = []; // of the legend, by line

  /**
   * @param {Object} words
   * @param {{visit: function(index), choose: function(kind)}} actions go to a frame; hear of a chart that was chosen.
   */
  constructor(words, actions) {
    Object.assign(this, {
      words,
      actions,
      kind: '',
      kinds: [],
      figures: [],
      index: 0,
      value: null,
      target: null,
    });
    this.tabs = el('div', { class: 'tabs', role: 'tablist', 'aria-label': words.timelines });
    this.tabs.addEventListener('keydown', (event) => this.#key(event));
    this.objects = choice({ 'aria-label': words.object, class: 'chart-object' }, [], (id) => {
      this.target = Number(id);
      this.#open();
    });
    this.help = el('p', { class: 'chart-note' });
    this.legend = el('div', { class: 'chart-legend' });
    this.frame = el('span', { class: 'chart-frame' });
    this.chart = new Chart(words, { visit: actions.visit, hover: (index) => this.#hover(index) });
    this.trouble = el('p', { class: 'trouble', role: 'status' });
    const head = el('div', { class: 'chart-head' }, this.tabs, this.objects);
    this.node = el('div', { class: 'charts' }, head, this.help, this.legend, this.chart.node, this.trouble);
  }

  /** Begin with the charts of a run. */
  build(value) {
    this.value = value;
    this.kinds = kindsOf(value);
    this.kind = this.kinds.includes(this.kind) ? this.kind : this.kinds[0];
    this.target = value.objects[0].id;
    setOptions(
      this.objects,
      value.objects.map(({ id, name }) => [
        String(id),
        name ? `${id} · ${name}` : `${this.words.object} ${id}`,
      ]),
    );
    this.objects.hidden = value.objects.length === 1;
    this.tabs.replaceChildren(...this.kinds.map((kind) => this.#tab(kind)));
  }

  /** Draw the measurements of a run (see `linesOf`); `isFresh` if its models or objects are others than before. */
  show(value, figures, isFresh = false) {
    Object.assign(this, { value, figures });
    if (isFresh) {
      this.#open();
      return;
    }
    this.#measure();
    this.chart.update(this.#lines, topOf(this.kind, this.#lines));
    this.#read();
  }

  /** Put the cursor on a frame, and tell what was measured there. */
  mark(index) {
    this.index = index;
    this.chart.mark(index);
    this.#read();
  }

  #measure() {
    const object = this.value.objects.find(({ id }) => id === this.target);
    this.#lines = linesOf(this.figures, this.kind, this.value.variants, object);
  }

  #open() {
    const { words, kind, value } = this;
    this.#measure();
    for (const tab of this.tabs.children) {
      const isChosen = tab.dataset.chart === kind;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    this.help.replaceChildren(...explained(words.charts[kind].help, words.terms));
    const isOfAll = kind === 'disagreement';
    this.#outputs = this.#lines.map(() => el('output', { class: 'chart-value' }));
    const names = isOfAll
      ? [el('span', { class: 'series' }, words.all_models, this.#outputs[0])]
      : value.variants.map(({ title, name }, place) =>
          el('span', { class: 'series', 'data-variant': name }, swatch(place), title, this.#outputs[place]),
        );
    this.legend.replaceChildren(this.frame, ...names);
    this.chart.open({
      name: `${words.charts[kind].tab}: ${words.timelines}`,
      lines: this.#lines,
      marks: isOfAll ? [ALL] : value.variants.map((_, place) => markOf(place)),
      top: topOf(kind, this.#lines),
    });
    this.#read();
  }

  #hover(index) {
    if (index !== this.#hovered) {
      this.#hovered = index;
      this.#read();
    }
  }

  /** Tell the values at the frame under the pointer, else at the one on the clock; a slider's are always the latter. */
  #read() {
    const shown = this.#hovered ?? this.index;
    this.frame.textContent = `${this.words.frame} ${shown}`;
    this.#valuesAt(shown).forEach((text, place) => (this.#outputs[place].textContent = text));
    const titles =
      this.kind === 'disagreement' ? [] : (this.value?.variants.map(({ title }) => `${title} `) ?? []);
    const named = this.#valuesAt(this.index).map((text, place) => `${titles[place] ?? ''}${text}`);
    this.chart.say(`${this.words.frame} ${this.index}: ${named.join(', ')}`);
  }

  #valuesAt(index) {
    return this.#lines.map((line) => this.#format(line[index]));
  }

  #format(value) {
    return this.kind === 'area' && isKnown(value) ? Math.round(value).toLocaleString('en') : fixed(value, 2);
  }

  #tab(kind) {
    const attributes = { role: 'tab', 'data-chart': kind, title: plain(this.words.charts[kind].help) };
    return el('button', { ...attributes, onclick: () => this.#pick(kind) }, this.words.charts[kind].tab);
  }

  /** Show a kind of chart. */
  choose(kind) {
    this.kind = kind;
    this.#open();
  }

  #pick(kind) {
    this.choose(kind);
    this.actions.choose(kind);
  }

  /** The arrow keys choose among the tabs, of which one alone is reached by Tab. */
  #key(event) {
    const step = KEYS[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const { kinds } = this;
    const place = kinds.indexOf(this.kind) + step;
    const next = Number.isFinite(step)
      ? (place + kinds.length) % kinds.length
      : step < 0
        ? 0
        : kinds.length - 1;
    this.#pick(kinds[next]);
    this.tabs.children[next].focus();
  }
}
