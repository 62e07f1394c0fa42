import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Contours } from '../../demo/components/player/contours.js';
import { boxOfArrow } from '../../demo/components/player/ink.js';
import { boxOf, placeLabels } from '../../demo/components/player/labels.js';
import { randomBytes, seeded } from './random.js';

function outlines(rows) {
  const [width, height] = [rows[0].length, rows.length];
  return new Contours(width, height).of(Uint8Array.from(rows.join(''), Number));
}

/** Return the area that a line encloses: positive clockwise on the screen, as around an object; negative for a hole. */
function areaOf(line) {
  let sum = 0;
  for (let i = 0; i < line.length; i += 2) {
    const [x, y, nextX, nextY] = [
      line[i],
      line[i + 1],
      line[(i + 2) % line.length],
      line[(i + 3) % line.length],
    ];
    sum += x * nextY - nextX * y;
  }
  return sum / 2;
}

test('a square has four sides with cut corners', () => {
  const [line] = outlines(['0000', '0110', '0110', '0000']).get(1);
  assert.deepEqual(line, [1.5, 1, 2.5, 1, 3, 1.5, 3, 2.5, 2.5, 3, 1.5, 3, 1, 2.5, 1, 1.5]);
});

test('long sides take two points, however long', () => {
  const [line] = outlines(Array.from({ length: 50 }, () => '1'.repeat(70))).get(1);
  assert.equal(line.length / 2, 8);
});

test('diagonal steps are one straight slope', () => {
  const [line] = outlines(['1000', '1100', '1110', '1111']).get(1);
  const steps = [];
  for (let i = 0; i < line.length; i += 2) {
    steps.push(line[i] - line[i + 1]);
  }
  assert.ok(steps.filter((step) => step === 0.5).length >= 6); // all on x = y + 0.5
});

test('a hole has an outline of its own, and pixels that touch at a corner are apart', () => {
  assert.deepEqual(outlines(['111', '101', '111']).get(1).map(areaOf), [8.5, -0.5]);
  assert.equal(outlines(['10', '01']).get(1).length, 2);
});

test('outlines of any labels enclose their pixels', () => {
  const random = seeded(11);
  for (let round = 0; round < 20; round++) {
    const [width, height] = [5 + round, 17];
    const ids = randomBytes(random, width * height, 3);
    const found = new Contours(width, height).of(ids);
    for (const id of [1, 2]) {
      const areas = (found.get(id) ?? []).map(areaOf);
      const pixels = ids.filter((value) => value === id).length;
      const cut = areas.reduce((sum, area) => sum + Math.sign(area) / 2, 0); // four corners of an eighth each
      assert.ok(Math.abs(areas.reduce((sum, area) => sum + area, 0) + cut - pixels) < 1e-9);
    }
    assert.ok(!found.has(0));
  }
});

test('the same finder is used again for other labels', () => {
  const contours = new Contours(3, 1);
  assert.equal(contours.of(Uint8Array.of(1, 0, 1)).get(1).length, 2);
  assert.deepEqual([...contours.of(Uint8Array.of(0, 2, 0)).keys()], [2]);
});

test('the box of an object is that of its longest outline', () => {
  const lines = outlines(['1000', '0000', '0011', '0011']).get(1);
  assert.deepEqual(boxOf(lines, 10), { left: 20, top: 20, right: 40, bottom: 40 });
});

const PICTURE = { width: 200, height: 100 };
const label = (left, top, right, bottom) => ({ box: { left, top, right, bottom }, width: 20, height: 16 });

test('a label stands above its object, or below where there is no room', () => {
  const [[x, y]] = placeLabels([label(40, 50, 80, 90)], PICTURE);
  assert.deepEqual([x, y], [50, 29]);
  const [[, below]] = placeLabels([label(40, 2, 80, 60)], PICTURE);
  assert.equal(below, 65);
});

test('labels of neighbours do not cover one another, and all are inside of the picture', () => {
  const labels = [label(0, 40, 30, 70), label(4, 42, 34, 72), label(170, 0, 200, 100), label(0, 0, 200, 100)];
  const places = placeLabels(labels, PICTURE);
  places.forEach(([x, y], number) => {
    assert.ok(x >= 0 && y >= 0 && x + 20 <= PICTURE.width && y + 16 <= PICTURE.height);
    for (const [otherX, otherY] of places.slice(0, number)) {
      assert.ok(Math.abs(x - otherX) >= 20 || Math.abs(y - otherY) >= 16);
    }
  });
});

test('a label stays clear of the arrow that points at its object', () => {
  const low = label(80, 2, 120, 40); // there is no room above it
  const [free] = placeLabels([low], PICTURE);
  const arrow = boxOfArrow(PICTURE, [100, 30], { scale: 1, ratio: 1 });
  const [[x, y]] = placeLabels([low], PICTURE, [arrow]);
  assert.notDeepEqual([x, y], free);
  assert.ok(
    x >= arrow.x + arrow.width || x + 20 <= arrow.x || y >= arrow.y + arrow.height || y + 16 <= arrow.y,
  );
});
