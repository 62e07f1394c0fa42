/** The losses of the few-shot learner: the first fit and the latest ones, on a logarithmic axis. */

import { el } from '../shared/element.js';
import { logScale, logTicks, short } from './geometry.js';
import { svg } from './pieces.js';

const [WIDTH, HEIGHT] = [340, 190];
const [LEFT, RIGHT, TOP, BOTTOM] = [38, 24, 16, 26]; // margins
const LATEST = 4; // later fits that are shown

/** Make the charts of fits, oldest first: [{frame, losses}]. */
export function fits([first, ...later], words) {
  if (!first) {
    return el('p', { class: 'absent' }, '–');
  }
  const steps = first.losses.length - 1;
  const title = words.first_fit.replace('{}', first.frame).replace('{}', steps);
  return el(
    'div',
    { class: 'fits' },
    chart([first], title, words),
    later.length ? chart(later.slice(-LATEST), words.later_fits, words) : null,
  );
}

function chart(shown, title, words) {
  const values = shown.flatMap(({ losses }) => losses).filter((loss) => loss > 0);
  const [low, high] = [Math.min(...values) * 0.9, Math.max(...values) * 1.1];
  const y = logScale(low, high, HEIGHT - BOTTOM, TOP);
  const room = (WIDTH - LEFT - RIGHT) / shown.length;
  const lines = shown.flatMap((fit, number) => line(fit, LEFT + number * room, room, y, words));
  const looks = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'losses', role: 'img', 'aria-label': title };
  return el(
    'figure',
    {},
    el('h5', {}, title),
    svg('svg', looks, ...axis(low, high, y), ...lines),
    el('figcaption', {}, words.loss_axis),
  );
}

function axis(low, high, y) {
  return logTicks(low, high).flatMap((tick) => [
    svg('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(tick), y2: y(tick), class: 'grid' }),
    svg('text', { x: LEFT - 5, y: y(tick) + 4, 'text-anchor': 'end' }, short(tick)),
  ]);
}

/** Draw one fit in its part of the chart: a point per step, numbers at the first and the last. */
function line({ frame, losses }, left, room, y, words) {
  const gap = room / 5;
  const step = (room - gap) / Math.max(1, losses.length - 1);
  const points = losses
    .map((loss, number) => ({ loss, number, x: left + gap / 2 + number * step }))
    .filter(({ loss }) => loss > 0);
  const path = points.map(
    ({ x, loss }, number) => `${number ? 'L' : 'M'}${x.toFixed(1)} ${y(loss).toFixed(1)}`,
  );
  const dots = points.map(({ x, loss, number }) =>
    svg('circle', { cx: x, cy: y(loss), r: 2.5 }, svg('title', {}, `${number}: ${loss.toPrecision(4)}`)),
  );
  const ends = [points[0], points.at(-1)].filter((point) => point);
  const numbers = ends.map(({ x, loss }) =>
    svg('text', { x, y: y(loss) - 6, 'text-anchor': 'middle' }, short(loss)),
  );
  const name = { x: left + room / 2, y: HEIGHT - 8, 'text-anchor': 'middle' };
  return [
    svg('path', { d: path.join('') }),
    ...dots,
    ...numbers,
    svg('text', name, `${words.frame} ${frame}`),
  ];
}
