/** One model's fit of the few-shot learner: formula, loss, filters, features and mask after a step. */

import { el } from '../shared/element.js';
import { fixed, isKnown } from '../shared/numbers.js';
import { filled, written } from './learner_numbers.js';
import { lossCurve } from './loss_curve.js';
import { absence } from './pieces.js';

/**
 * Make the section of a model.
 * @param {{name: string, title: string}} model
 * @param {Object} answer the server's to "learner".
 * @param {Object} words
 * @returns {{node: Element, steps: number, show: function(number)}} `show` goes to a step.
 */
export function fitView(model, answer, words) {
  const attributes = { 'data-model': model.name };
  if (!answer.steps) {
    const node = el('section', attributes, el('h4', {}, model.title), absence(answer));
    return { node, steps: 0, show() {} };
  }
  const curve = lossCurve(
    answer.steps.map(({ loss }) => loss),
    words.loss,
  );
  const numbers = el('div', { class: 'formula numbers', 'aria-live': 'polite' });
  const pictures = picturesOf(answer, words);
  const node = el(
    'section',
    attributes,
    el('h4', {}, model.title),
    el('p', { class: 'hint' }, about(answer, words)),
    el('div', { class: 'formula', title: words.formula_hint }, words.formula),
    numbers,
    el('figure', {}, curve.node, el('figcaption', {}, words.loss)),
    pictures.node,
  );
  const last = answer.steps.length - 1;
  const show = (step) => {
    const at = Math.min(step, last);
    node.dataset.step = at;
    numbers.textContent = inNumbers(answer.steps[at], answer);
    curve.mark(at);
    pictures.show(at);
  };
  return { node, steps: last, show };
}

function about({ frame, shown, samples }, words) {
  const counted = samples.filter(({ counts }) => counts).map((sample) => sample.frame);
  const frames = (counted.length === 1 ? words.frame : words.frames).replace('{}', counted.join(', ') || '–');
  return filled(isKnown(shown) ? words.fitted_at : words.fitted_only, { at: frame, frames, shown });
}

/** Write eq. (1) with the numbers of a step. */
export function inNumbers({ misfit, penalty, loss }, { count, reg }) {
  const terms = `(${written(misfit)} + ${written(penalty)}) / ${count.toLocaleString('en')}`;
  return `L = ${terms} = ${written(loss)}, λ\u00a0=\u00a0${written(reg)}`;
}

function picturesOf(answer, words) {
  const target = new Picture('cells');
  const fitted = new Picture('cells');
  const induced = new Picture('cells');
  const filters = new Picture('filters cells');
  const tried = triedOut(answer, words);
  target.show(answer.label, filled(words.target, answer));
  const show = (at) => {
    const step = answer.steps[at];
    const steps = answer.steps.length - 1;
    const when = at === 0 ? words.before : filled(words.step_of, { step: at, steps });
    fitted.show(step.fitted, filled(words.fitted, { ...answer, when }));
    const facts = { ...answer, filters: answer.filters, limit: written(answer.limit, 2), when };
    filters.show(step.tau, filled(words.filters, facts));
    if (tried) {
      induced.show(step.induced, filled(words.induced, answer));
      tried.show(step);
    }
  };
  const last = tried ? [induced.node, tried.node] : [];
  return {
    node: el('div', { class: 'fit-pictures' }, target.node, fitted.node, ...last, filters.node),
    show,
  };
}

/** Make the search region with the mask that a step's τ would give; null if it was tried out nowhere. */
function triedOut(answer, words) {
  if (!isKnown(answer.shown)) {
    return null;
  }
  const mask = el('img', { class: 'over', alt: '' });
  const caption = el('figcaption', {});
  const stacked = el('div', { class: 'stacked' }, el('img', { src: answer.region, alt: '' }), mask);
  const show = ({ mask: src, iou }) => {
    mask.src = src;
    caption.textContent = filled(words.mask, { ...answer, iou: fixed(iou, 3) });
    caption.dataset.iou = iou;
  };
  return { node: el('figure', {}, stacked, caption), show };
}

/** A picture with its caption. */
class Picture {
  constructor(kind) {
    this.image = el('img', { class: kind });
    this.caption = el('figcaption', {});
    this.node = el('figure', {}, this.image, this.caption);
  }

  show(src, words) {
    this.image.src = src;
    this.image.alt = words;
    this.caption.textContent = words;
  }
}
