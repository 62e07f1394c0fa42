/** What the charts show over time: pure numbers, null where there is none. */

import { isKnown, mean } from '../shared/numbers.js';

const SCORES = ['j', 'f']; // measured with the exact mask

/**
 * Return the kinds of charts that a run has.
 * @param {{variants: Array<Object>, truth: string}} value the run.
 */
export function kindsOf({ variants, truth }) {
  const isAlone = variants.length === 1;
  return [
    ...(truth ? SCORES : []),
    ...(truth || isAlone ? [] : ['agreement']),
    'area',
    'share',
    ...(isAlone ? [] : ['disagreement']),
    'uncertainty',
  ];
}

/**
 * Return what a chart shows: for each of its lines a value per frame. That is a line per model, or one for all of them.
 * @param {Array<Object>} figures for each frame {variant: {objects: {id: {measurement: number}}}}.
 * @param {string} kind see `kindsOf`.
 * @param {Array<{name: string}>} variants
 * @param {{id: number}} object
 */
export function linesOf(figures, kind, variants, object) {
  const measured = (key) => variants.map(({ name }) => valuesOf(figures, name, object.id, key));
  if (kind === 'disagreement') {
    const agreements = measured('agreement');
    return [figures.map((_, frame) => apart(mean(agreements.map((values) => values[frame]))))];
  }
  return measured(kind);
}

/** Return the end of a chart's axis: 1, or a little more than the largest area. */
export function topOf(kind, lines) {
  return kind === 'area' ? 1.05 * Math.max(1, ...lines.flat().filter(isKnown)) : 1;
}

/** Return the frames that no line reaches, as neither neighbour has a value: they are drawn as points. */
export function isolatedIn(values) {
  return values.flatMap((value, frame) => {
    const isAlone = isKnown(value) && !isKnown(values[frame - 1]) && !isKnown(values[frame + 1]);
    return isAlone ? [frame] : [];
  });
}

function valuesOf(figures, variant, id, key) {
  return figures.map((frame) => frame[variant]?.objects[id]?.[key] ?? null);
}

function apart(agreement) {
  return isKnown(agreement) ? 1 - agreement : null;
}
