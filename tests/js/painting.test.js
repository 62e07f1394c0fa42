import assert from 'node:assert/strict';
import { test } from 'node:test';

import { History } from '../../demo/components/canvas/history.js';
import { Painting } from '../../demo/components/canvas/painting.js';
import { randomBytes, seeded } from './random.js';

const SIZE = { width: 4, height: 3 };

/** Call a function until it returns false; return how often it did not. */
function countWhile(step) {
  let count = 0;
  while (step()) {
    count += 1;
  }
  return count;
}

test('undo and redo walk through the states in order', () => {
  const history = new History(10);
  for (const state of [0, 1, 2]) {
    history.push(state);
  }
  assert.deepEqual([history.undo(3), history.undo(2), history.redo(1), history.redo(2)], [2, 1, 2, 3]);
  assert.equal(history.redo(3), null);
});

test('a new change drops what was undone, and the oldest states go first', () => {
  const history = new History(2);
  [0, 1, 2].forEach((state) => history.push(state));
  assert.equal(history.undo(3), 2);
  history.push(2);
  assert.equal(history.canRedo, false);
  assert.deepEqual([history.undo(9), history.undo(8), history.undo(7)], [2, 1, null]);
  assert.equal(history.canUndo, false);
});

test('any row of changes is undone to the first labels and done again to the last', () => {
  const random = seeded(5);
  const painting = new Painting(SIZE);
  const first = painting.ids.slice();
  for (let round = 0; round < 20; round++) {
    painting.change((ids) => ids.set(randomBytes(random, 12, 9)));
  }
  const last = painting.ids.slice();
  const undone = countWhile(() => painting.undo());
  assert.deepEqual(painting.ids, first);
  assert.equal(
    countWhile(() => painting.redo()),
    undone,
  );
  assert.deepEqual(painting.ids, last);
});

test('a change that changes nothing is no step', () => {
  const painting = new Painting(SIZE);
  assert.equal(
    painting.change((ids) => ids.fill(0)),
    false,
  );
  assert.equal(painting.history.canUndo, false);
  assert.equal(painting.isTouched, false);
});

test('each frame has its own steps', () => {
  const painting = new Painting(SIZE);
  painting.change((ids) => ids.fill(1));
  painting.open(1, new Uint8Array(12));
  assert.equal(painting.undo(), false);
  assert.equal(painting.isTouched, false);
  painting.open(0, new Uint8Array(12).fill(1));
  assert.equal(painting.undo(), true);
  assert.deepEqual(painting.ids, new Uint8Array(12));
});

test('a mask fills what is free, or takes from others', () => {
  const painting = new Painting(SIZE);
  painting.change((ids) => ids.fill(2, 0, 6));
  painting.fill(new Uint8Array(12).fill(1, 4, 8), 5);
  assert.deepEqual([...painting.ids], [2, 2, 2, 2, 2, 2, 5, 5, 0, 0, 0, 0]);
  painting.fill(new Uint8Array(12).fill(1, 0, 2), 5, true);
  assert.deepEqual([...painting.ids.slice(0, 3)], [5, 5, 2]);
  assert.deepEqual([...painting.counts().slice(0, 6)], [4, 0, 4, 0, 0, 4]);
});

test('what a model proposed is not the own work until it is changed, and is again when that is undone', () => {
  const painting = new Painting(SIZE);
  painting.open(3, Uint8Array.of(1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0), [1, 2]);
  assert.equal(Math.max(...painting.own()), 0);
  painting.change((ids) => ids.fill(2, 4, 6));
  assert.deepEqual([...painting.own().slice(0, 6)], [0, 0, 2, 2, 2, 2]);
  painting.undo();
  assert.equal(Math.max(...painting.own()), 0);
});

test('a mask that GrabCut found takes the place of the object, not of others; undo takes its hint back too', () => {
  const painting = new Painting(SIZE);
  painting.open(0, Uint8Array.of(1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  const hint = (adds) => ({ path: [[0, 0]], target: 1, adds });
  painting.follow(Uint8Array.of(0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0), hint(true));
  assert.deepEqual([...painting.ids.slice(0, 5)], [0, 1, 2, 1, 0]);
  painting.follow(Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), hint(false));
  assert.deepEqual(
    painting.hints.map(({ adds }) => adds),
    [true, false],
  );
  painting.undo();
  assert.deepEqual([...painting.ids.slice(0, 5)], [0, 1, 2, 1, 0]);
  assert.equal(painting.hints.length, 1);
  painting.fill(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 1); // by hand: GrabCut begins anew
  assert.equal(painting.hints.length, 0);
});
