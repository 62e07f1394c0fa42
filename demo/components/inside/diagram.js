/** The live diagram of a model: the memory's lane above, the current frame's lane below, and the way back. */

import { el } from '../shared/element.js';
import { explained } from '../shared/term.js';
import { Box } from './box.js';
import { PastFrames } from './past_frames.js';

const LABELS = ['source', 'value', 'label', 'weight', 'tau'];
const BRANCHES = {
  matching: ['transduced', 'gate_transduced', 'contribution_transduced'],
  filter: ['induced', 'gate_induced', 'contribution_induced'],
};
const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export class ModelDiagram {
  /**
   * @param {{name: string, title: string, difference: string}} model
   * @param {{words: Object, parts: Object, choose: function(key), choosePast: function(frame)}} context
   */
  constructor(model, { words, parts, choose, choosePast }) {
    this.words = words;
    this.boxes = Object.fromEntries(
      Object.keys(parts).map((key) => [key, new Box(key, parts[key], words, () => choose(key))]),
    );
    this.past = new PastFrames(words, choosePast);
    this.pastName = el('h5', {});
    this.nowName = el('h4', {});
    this.back = el('p', { class: 'back' });
    this.absence = el('p', { class: 'absent' });
    this.flow = el(
      'div',
      { role: 'group', 'aria-label': words.diagram.replace('{}', model.title) },
      this.#pastLane(),
      this.#between(),
      this.#currentLane(),
      this.back,
      el('div', { class: 'way-back', 'aria-hidden': 'true' }),
    );
    this.flow.addEventListener('keydown', (event) => this.#key(event));
    this.flow.addEventListener('focusin', ({ target }) => {
      if (!target.matches('.term')) {
        this.#reach(target);
      }
    });
    const head = el('h3', {}, model.title, ' ', el('small', {}, model.difference));
    this.node = el('section', { 'data-model': model.name }, head, this.absence, this.flow);
  }

  /** Show the server's answer to "diagram"; `part` is the box that is shown large. */
  show(answer, part) {
    const isOpen = Boolean(answer.boxes);
    this.absence.hidden = isOpen;
    this.flow.hidden = !isOpen;
    this.flow.className = isOpen ? 'flow' : '';
    this.absence.textContent = isOpen ? '' : (answer.error ?? answer.absent ?? '');
    if (!isOpen) {
      return;
    }
    for (const [key, box] of Object.entries(this.boxes)) {
      box.show(answer.boxes[key]);
      box.chosen = key === part;
    }
    this.past.show(answer.boxes.memory, answer.past);
    this.pastName.textContent = this.words.past_of.replace('{}', answer.past ?? '–');
    this.nowName.textContent = this.words.now.replace('{}', answer.index);
    const told = answer.joins ? this.words.joins : this.words.stays_out;
    this.back.textContent = told.replace('{}', answer.interval);
    this.flow.classList.toggle('joins', answer.joins);
    this.#reach(this.flow.querySelector('[tabindex="0"]') ?? this.boxes[part].node);
  }

  #pastLane() {
    const { words } = this;
    const explain = (sentence) => explained(sentence, words.terms);
    const head = el('h4', {}, ...explain(words.past), ' ', el('small', {}, ...explain(words.past_help)));
    return el(
      'div',
      { class: 'lane past' },
      head,
      el('div', { class: 'memory' }, this.boxes.memory.node, this.past.node),
      this.pastName,
      el('div', { class: 'labels' }, ...this.#nodes(LABELS)),
    );
  }

  #between() {
    const { connections } = this.words;
    return el(
      'p',
      { class: 'between' },
      el('span', {}, `↓ ${connections.matching}`),
      el('span', {}, `↓ ${connections.filter}`),
    );
  }

  #currentLane() {
    const { words } = this;
    const branches = Object.entries(BRANCHES).map(([name, keys]) =>
      el(
        'div',
        { class: `branch ${name}` },
        el('h5', {}, words.branches[name]),
        el('div', { class: 'steps' }, ...this.#nodes(keys)),
      ),
    );
    return el(
      'div',
      { class: 'lane now' },
      this.nowName,
      el('div', { class: 'seen' }, ...this.#nodes(['frame', 'region'])),
      el('div', { class: 'branches' }, ...branches),
      el('div', { class: 'result' }, ...this.#nodes(['fused', 'mask'])),
    );
  }

  #nodes(keys) {
    return keys.map((key) => this.boxes[key].node);
  }

  /** Go from box to box: the whole diagram is one stop of the Tab key. */
  #key(event) {
    if (!(event.key in MOVES)) {
      return;
    }
    event.preventDefault();
    const all = [...this.flow.querySelectorAll('button:not(.term)')];
    const place = all.indexOf(event.target) + MOVES[event.key];
    all[Math.max(0, Math.min(all.length - 1, place))].focus();
  }

  /** Make a box the one that the Tab key reaches. */
  #reach(node) {
    for (const other of this.flow.querySelectorAll('[tabindex="0"]')) {
      other.tabIndex = -1;
    }
    node.tabIndex = 0;
  }
}
