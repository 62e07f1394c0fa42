/** The loss over the steps of one fit, on a logarithmic axis, with a dot at the step that is looked at. */

import { logScale, logTicks } from './geometry.js';
import { lossRange, tickText } from './learner_numbers.js';
import { svg } from './pieces.js';

const [WIDTH, HEIGHT] = [320, 130];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 12, 8, 20]; // margins

/**
 * Make the curve.
 * @param {Array<number>} losses before each step and after the last.
 * @param {string} label for readers who do not see it.
 * @returns {{node: SVGElement, mark: function(number)}} `mark` puts the dot at a step.
 */
export function lossCurve(losses, label) {
  const { low, high } = lossRange(losses);
  const y = logScale(low, high, HEIGHT - BOTTOM, TOP);
  const across = (WIDTH - LEFT - RIGHT) / Math.max(1, losses.length - 1);
  const places = losses.map((loss, step) => ({ x: LEFT + across * step, y: y(Math.max(loss, low)) }));
  const last = losses.length - 1;
  const path = places.map((place, step) => `${step ? 'L' : 'M'}${place.x.toFixed(1)} ${place.y.toFixed(1)}`);
  const dot = svg('circle', { r: 4.5 });
  const node = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'losses', role: 'img', 'aria-label': label },
    ...logTicks(low, high).flatMap((tick) => [
      svg('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: 'grid' }),
      svg('text', { x: LEFT - 6, y: y(tick) + 4, 'text-anchor': 'end' }, tickText(tick)),
    ]),
    ...[...new Set([0, last])].map((step) =>
      svg('text', { x: places[step].x, y: HEIGHT - 5, 'text-anchor': 'middle' }, String(step)),
    ),
    svg('path', { d: path.join('') }),
    dot,
  );
  const mark = (step) => {
    const place = places[Math.min(step, last)];
    dot.setAttribute('cx', place.x);
    dot.setAttribute('cy', place.y);
  };
  return { node, mark };
}
