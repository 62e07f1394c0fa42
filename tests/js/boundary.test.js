import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareContours, paintBoundary } from '../../demo/components/player/boundary.js';

const WIDTH = 120;
const HEIGHT = 80;

/** Return labels with one square of an object. */
function square(left, top, side = 20, id = 1) {
  const ids = new Uint8Array(WIDTH * HEIGHT);
  for (let y = top; y < top + side; y++) {
    ids.fill(id, y * WIDTH + left, y * WIDTH + left + side);
  }
  return ids;
}

test('a contour within the tolerance is right, one beyond is wrong and misses the true one', () => {
  const truth = square(40, 30);
  const near = compareContours(square(42, 30), truth, WIDTH); // the tolerance is two pixels: 0.008 of the diagonal
  assert.deepEqual([near.wrong, near.missed], [[], []]);
  assert.ok(near.right.length > 70);
  const aside = compareContours(square(50, 30), truth, WIDTH);
  assert.ok(aside.wrong.length >= 20 && aside.missed.length >= 20);
  const leftSide = 35 * WIDTH + 39; // the true left side, which no contour is near to
  assert.ok(aside.missed.includes(leftSide));
});

test('an object that is lost is missed all around, and contours of other objects do not stand for it', () => {
  const truth = square(40, 30, 20, 2);
  const lost = compareContours(new Uint8Array(WIDTH * HEIGHT), truth, WIDTH);
  assert.equal(lost.right.length + lost.wrong.length, 0);
  const mistaken = compareContours(square(40, 30, 20, 1), truth, WIDTH);
  assert.equal(mistaken.right.length, 0);
  assert.equal(mistaken.missed.length, lost.missed.length);
});

test('the view of boundary errors is dark but for the contours; without a truth all contours are right', () => {
  const ids = square(40, 30);
  const layer = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  paintBoundary(layer, ids, ids, WIDTH);
  const pixels = new Uint32Array(layer.buffer);
  assert.equal(new Set(pixels).size, 2);
  assert.equal(layer[0] + layer[1] + layer[2], 0);
});
