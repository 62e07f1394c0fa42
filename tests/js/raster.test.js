import assert from 'node:assert/strict';
import { test } from 'node:test';

import { drawLine, drawPath, polygonMask } from '../../demo/components/canvas/raster.js';
import { seeded } from './random.js';

const SIZE = { width: 40, height: 30 };

function count(mask) {
  return mask.reduce((sum, on) => sum + on, 0);
}

/** Return how often a polygon winds around a place, by the angles to its corners. */
function winding(path, x, y) {
  let angle = 0;
  path.forEach(([ax, ay], number) => {
    const [bx, by] = path[(number + 1) % path.length];
    const turn = Math.atan2(by - y, bx - x) - Math.atan2(ay - y, ax - x);
    angle += Math.atan2(Math.sin(turn), Math.cos(turn));
  });
  return Math.round(angle / (2 * Math.PI));
}

test('a rectangle is filled to the pixel', () => {
  const mask = polygonMask(
    [
      [2, 3],
      [10, 3],
      [10, 8],
      [2, 8],
    ],
    SIZE,
  );
  assert.equal(count(mask), 8 * 5);
  assert.equal(mask[3 * SIZE.width + 2], 1);
  assert.equal(mask[8 * SIZE.width + 2], 0);
  assert.equal(mask[3 * SIZE.width + 10], 0);
});

test('any polygon covers the pixels whose centres it winds around, beyond the frame too', () => {
  const random = seeded(4);
  for (let round = 0; round < 40; round++) {
    const path = Array.from({ length: 3 + random(6) }, () => [
      random(600) / 10 - 10.03,
      random(500) / 10 - 10.07,
    ]);
    const mask = polygonMask(path, SIZE);
    for (let i = 0; i < mask.length; i++) {
      const [x, y] = [(i % SIZE.width) + 0.5, Math.floor(i / SIZE.width) + 0.5];
      assert.equal(mask[i], winding(path, x, y) ? 1 : 0, `${JSON.stringify(path)} at ${x}, ${y}`);
    }
  }
});

test('a dot is a disc, and what may have changed lies in the box', () => {
  const ids = new Uint8Array(SIZE.width * SIZE.height);
  const box = drawLine(ids, SIZE, [20, 15], [20, 15], { thickness: 10, id: 3 });
  for (let i = 0; i < ids.length; i++) {
    const [x, y] = [i % SIZE.width, Math.floor(i / SIZE.width)];
    const inside = Math.hypot(x + 0.5 - 20, y + 0.5 - 15) <= 5;
    assert.equal(ids[i], inside ? 3 : 0);
    assert.ok(!inside || (x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1));
  }
});

test('a line has its thickness, whichever end it begins at', () => {
  const pen = { thickness: 4, id: 1 };
  const [there, back] = [new Uint8Array(1200), new Uint8Array(1200)];
  drawLine(there, SIZE, [5, 10], [30, 10], pen);
  drawLine(back, SIZE, [30, 10], [5, 10], pen);
  assert.deepEqual(there, back);
  const column = Array.from({ length: SIZE.height }, (_, y) => there[y * SIZE.width + 18]);
  assert.equal(count(column), 4);
});

test('a line that leaves the frame is cut', () => {
  const ids = new Uint8Array(1200);
  drawLine(ids, SIZE, [-20, 5], [60, 5], { thickness: 2, id: 1 });
  assert.equal(count(ids), 2 * SIZE.width);
});

test('a path is the line through its places; a single place is a dot', () => {
  const corner = new Uint8Array(SIZE.width * SIZE.height);
  const pen = { thickness: 5, id: 1 };
  drawPath(
    corner,
    SIZE,
    [
      [5, 5],
      [20, 5],
      [20, 20],
    ],
    pen,
  );
  assert.equal(corner[5 * SIZE.width + 12], 1);
  assert.equal(corner[14 * SIZE.width + 20], 1);
  assert.equal(corner[14 * SIZE.width + 8], 0);
  const dot = new Uint8Array(SIZE.width * SIZE.height);
  drawPath(dot, SIZE, [[10, 10]], pen);
  assert.ok(count(dot) > 12);
});
