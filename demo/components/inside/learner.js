/** The few-shot learner at work: a slider over the steps of a fit, and what the fit could have been otherwise. */

import { choice, el, setOptions } from '../shared/element.js';
import { Latest } from '../shared/latest.js';
import { fixed } from '../shared/numbers.js';
import { fitView } from './fit_view.js';
import { filled } from './learner_numbers.js';

const AGAIN = 500; // milliseconds until a fit that waits or is at work is asked for again
const STEPS = [0, 1, 2, 3, 5, 10, 20, 40];
const REGS = [0, 1, 10, 100, 1000];
const UNCHANGED = { steps: null, reg: null, from_zero: false, channel: null };

export class Learner {
  constructor(words) {
    this.words = words;
    this.subject = null;
    this.changes = { ...UNCHANGED };
    this.without = new Set(); // frames of the memory
    this.step = null; // null: the last
    this.views = [];
    this.asking = new Latest();
    this.asked = 0;
    this.#lay();
  }

  /** Show another frame, object or pair of models; it is asked for when the section is open. */
  show(subject) {
    const isNew = this.subject?.value.stamp !== subject.value.stamp;
    this.subject = subject;
    if (isNew) {
      this.without.clear();
      const channels = Array.from({ length: subject.value.channels }, (_, channel) => [channel, channel]);
      setOptions(this.channel, [['', this.words.strongest], ...channels]);
      this.channel.value = this.changes.channel ?? '';
    }
    this.#refresh();
  }

  #change(changes) {
    Object.assign(this.changes, changes);
    this.step = null;
    this.#refresh();
  }

  #reset() {
    this.changes = { ...UNCHANGED };
    this.without.clear();
    this.selects.forEach((select) => {
      select.value = '';
    });
    this.step = null;
    this.#refresh();
  }

  #refresh() {
    if (!this.node.open || !this.subject) {
      return;
    }
    this.asked += 1;
    const number = this.asked;
    this.asking.run(async () => {
      let found = await this.#askAll();
      while (found.some(([, answer]) => answer.absent_kind === 'waiting') && number === this.asked) {
        this.#wait(found);
        await new Promise((resolve) => {
          setTimeout(resolve, AGAIN);
        });
        found = await this.#askAll();
      }
      if (number === this.asked) {
        this.#draw(found);
      }
    });
  }

  #askAll() {
    const { changes, without } = this;
    return this.subject.askAll('learner', () => ({ ...changes, without: [...without] }));
  }

  /** Leave what is there until what was asked for comes; say that it is awaited where there is nothing. */
  #wait(found) {
    if (this.views.some(({ steps }) => steps)) {
      this.fits.classList.add('awaited');
    } else {
      this.#draw(found);
    }
  }

  #draw(found) {
    this.fits.classList.remove('awaited');
    const answers = found.map(([, answer]) => answer).filter(({ steps }) => steps);
    this.views = found.map(([model, answer]) => fitView(model, answer, this.words));
    this.fits.replaceChildren(...this.views.map(({ node }) => node));
    this.fits.dataset.frame = this.subject.index;
    this.controls.hidden = answers.length === 0;
    if (answers.length) {
      this.#offerSamples(answers[0].samples);
      this.slider.max = Math.max(...this.views.map(({ steps }) => steps));
      this.#goTo(Math.min(this.step ?? Infinity, Number(this.slider.max)));
    }
  }

  #goTo(step) {
    const last = Number(this.slider.max);
    const { before, step_of: stepOf } = this.words;
    this.slider.value = step;
    this.reached.textContent = step === 0 ? before : filled(stepOf, { step, steps: last });
    this.slider.setAttribute('aria-valuetext', this.reached.textContent);
    this.views.forEach((view) => view.show(step));
  }

  #offerSamples(samples) {
    const frames = samples.map(({ frame }) => frame).join();
    if (this.samples.dataset.frames === frames) {
      return; // the boxes are those already, and one of them may have the focus
    }
    this.samples.dataset.frames = frames;
    this.samples.replaceChildren(
      ...samples.map(({ frame, weight }) => {
        const box = el('input', { type: 'checkbox', onchange: () => this.#count(frame, box.checked) });
        box.checked = !this.without.has(frame);
        return el('label', {}, box, `${frame} (${fixed(weight, 2)})`);
      }),
    );
  }

  #count(frame, counts) {
    this.without[counts ? 'delete' : 'add'](frame);
    this.#change({});
  }

  #lay() {
    const { words } = this;
    this.slider = el('input', { type: 'range', min: 0, max: 0, step: 1, 'aria-label': words.step });
    this.slider.addEventListener('input', () => {
      this.step = Number(this.slider.value);
      this.#goTo(this.step);
    });
    this.reached = el('output', {});
    this.samples = el('div', { class: 'samples', role: 'group', 'aria-label': words.samples });
    this.controls = el(
      'div',
      { class: 'fit-controls', hidden: '' },
      el('label', { class: 'steps' }, el('span', {}, words.step), this.slider, this.reached),
      this.#otherwise(),
    );
    this.fits = el('div', { class: 'pair fits-shown' });
    this.node = el(
      'details',
      { class: 'learner', ontoggle: () => this.#refresh() },
      el('summary', {}, words.title, ' ', el('small', {}, words.hint)),
      el('p', { class: 'hint' }, words.intro),
      this.controls,
      this.fits,
    );
  }

  /** Make the controls by which the fit is changed. */
  #otherwise() {
    const { words } = this;
    const number = (value) => (value === '' ? null : Number(value));
    const own = (text) => ['', text];
    const pick = (label, options, change) => {
      const select = choice({ 'aria-label': label }, options, change);
      return [el('label', { class: 'pick' }, el('span', {}, label), select), select];
    };
    const numbered = (values) => values.map((value) => [value, value]);
    const picks = [
      pick(words.steps, [own(words.own_steps), ...numbered(STEPS)], (value) =>
        this.#change({ steps: number(value) }),
      ),
      pick(words.reg, [own(words.own_reg), ...numbered(REGS)], (value) =>
        this.#change({ reg: number(value) }),
      ),
      pick(words.from, [own(words.from_before), ['zero', words.from_zero]], (value) =>
        this.#change({ from_zero: value === 'zero' }),
      ),
      pick(words.channel, [own(words.strongest)], (value) => {
        this.changes.channel = number(value);
        this.#refresh();
      }),
    ];
    this.selects = picks.map(([, select]) => select);
    this.channel = this.selects.at(-1);
    const reset = el('button', { type: 'button', onclick: () => this.#reset() }, words.reset);
    return el(
      'details',
      { class: 'otherwise' },
      el('summary', {}, words.change),
      el('p', { class: 'hint' }, words.change_hint),
      el('div', { class: 'picks' }, ...picks.map(([label]) => label), reset),
      el('div', { class: 'hint' }, words.samples),
      this.samples,
    );
  }
}
