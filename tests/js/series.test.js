import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isolatedIn, kindsOf, linesOf, topOf } from '../../demo/components/player/series.js';

const VARIANTS = [{ name: 'a' }, { name: 'b' }];
const OBJECT = { id: 1 };

function frame(a, b) {
  return { a: { objects: { 1: a, 2: { j: 0, area: 99 } } }, b: { objects: { 1: b } } };
}

const FIGURES = [
  frame({ j: 0.5, area: 10, agreement: 0.25 }, { j: 1, area: 20, agreement: 0.75 }),
  frame({ area: 0, agreement: 1 }, { area: 3, agreement: 1 }),
  frame({ area: 5 }, {}),
  {},
];

test('a line is one object of one model, never a mean over objects', () => {
  assert.deepEqual(linesOf(FIGURES, 'area', VARIANTS, OBJECT), [
    [10, 0, 5, null],
    [20, 3, null, null],
  ]);
});

test('a line has a gap where J is not measured', () => {
  assert.deepEqual(linesOf(FIGURES, 'j', VARIANTS, OBJECT), [
    [0.5, null, null, null],
    [1, null, null, null],
  ]);
});

test('disagreement is one line of all models', () => {
  assert.deepEqual(linesOf(FIGURES, 'disagreement', VARIANTS, OBJECT), [[0.5, 0, null, null]]);
});

test('the kinds follow from the run', () => {
  const kinds = (variants, truth) => kindsOf({ variants, truth });
  assert.deepEqual(kinds(VARIANTS, '/truth').slice(0, 2), ['j', 'f']);
  assert.ok(!kinds(VARIANTS, '/truth').includes('agreement'));
  assert.equal(kinds(VARIANTS, '')[0], 'agreement');
  assert.deepEqual(kinds([{ name: 'a' }], ''), ['area', 'share', 'uncertainty']);
});

test('an axis ends at 1, or above the largest area', () => {
  assert.equal(topOf('j', [[0.2]]), 1);
  assert.equal(topOf('area', [[null, 200], [100]]), 210);
  assert.ok(topOf('area', [[null]]) > 0);
});

test('a value without neighbours is drawn as a point', () => {
  assert.deepEqual(isolatedIn([1, null, 2, 3, null, 4]), [0, 5]);
  assert.deepEqual(isolatedIn([]), []);
});
