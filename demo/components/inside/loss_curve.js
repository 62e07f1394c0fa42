/** The loss over the steps of a fit, on a logarithmic axis with numbers. */

import { heightOf, logTicks, lossRange, tickText } from './learner_numbers.js';

const SVG = 'http://www.w3.org/2000/svg';
const SIZE = { width: 320, height: 130, left: 52, right: 12, top: 8, bottom: 20 };

/**
 * Make the curve.
 * @param {Array<number>} losses before each step and after the last.
 * @param {string} label for readers who do not see it.
 * @returns {{node: SVGElement, mark: function(number)}} `mark` puts the dot at a step.
 */
export function lossCurve(losses, label) {
  const range = lossRange(losses);
  const node = part('svg', { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, class: 'loss', role: 'img' });
  node.setAttribute('aria-label', label);
  const places = losses.map((loss, step) => placeOf(loss, step, losses.length, range));
  for (const tick of logTicks(range.low, range.high)) {
    const y = upTo(heightOf(tick, range));
    node.append(part('line', { x1: SIZE.left, x2: SIZE.width - SIZE.right, y1: y, y2: y, class: 'grid' }));
    node.append(lettered(tickText(tick), { x: SIZE.left - 6, y: y + 3.5, 'text-anchor': 'end' }));
  }
  const last = losses.length - 1;
  for (const step of new Set([0, last])) {
    const at = { x: places[step].x, y: SIZE.height - 5, 'text-anchor': 'middle' };
    node.append(lettered(String(step), at));
  }
  const path = places.map(({ x, y }, step) => `${step ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  const dot = part('circle', { r: 4.5, class: 'dot' });
  node.append(part('path', { d: path }), dot);
  const mark = (step) => {
    const { x, y } = places[Math.min(step, last)];
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
  };
  return { node, mark };
}

function placeOf(loss, step, count, range) {
  const across = (SIZE.width - SIZE.left - SIZE.right) / Math.max(1, count - 1);
  return { x: SIZE.left + across * step, y: upTo(heightOf(loss, range)) };
}

function upTo(height) {
  return SIZE.height - SIZE.bottom - height * (SIZE.height - SIZE.bottom - SIZE.top);
}

function part(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

function lettered(text, attributes) {
  const node = part('text', attributes);
  node.textContent = text;
  return node;
}
