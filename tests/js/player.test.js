import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Clock } from '../../demo/components/player/clock.js';
import { paintDifference, paintMask } from '../../demo/components/player/paint.js';
import { randomBytes, seeded } from './random.js';

/** Play up to `last` for a while, asking every 4 ms; return [time, frame] of each change. */
function played(clock, last, milliseconds) {
  const changes = [];
  let frame = 0;
  clock.start(0);
  for (let now = 0; now < milliseconds; now += 4) {
    if (clock.isDue(now)) {
      const next = clock.following(frame, last);
      if (next === null) {
        break;
      }
      clock.schedule(frame, now);
      frame = next;
      changes.push([now, frame]);
    }
  }
  return changes;
}

function clockOf(seconds) {
  return Object.assign(new Clock(), { seconds });
}

test('each frame is shown for the time that the clip gives it', () => {
  const clock = clockOf([0, 0.04, 0.14, 0.18]);
  assert.deepEqual(
    [0, 1, 2].map((frame) => Math.round(clock.duration(frame))),
    [40, 100, 40],
  );
  assert.ok(clock.duration(3) > 0); // no frame follows the last one
  assert.ok(clockOf([0]).duration(0) > 0);
});

test('the clock keeps the clip’s pace over many frames', () => {
  const clock = clockOf(Array.from({ length: 200 }, (_, frame) => frame / 24));
  const changes = played(clock, 199, 4000);
  assert.ok(Math.abs(changes.length - 4 * 24) <= 2);
});

test('half the speed takes twice the time', () => {
  const seconds = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
  const slow = played(Object.assign(clockOf(seconds), { speed: 0.5 }), 5, 900);
  assert.deepEqual(slow.map(([, frame]) => frame).slice(0, 5), [1, 2, 3, 4, 5]);
  assert.equal(slow[4][0] - slow[3][0], 200);
});

test('the end is the beginning again only in a loop', () => {
  const clock = clockOf([0, 0.04, 0.08]);
  assert.equal(clock.following(2, 2), 0);
  clock.loops = false;
  assert.equal(clock.following(2, 2), null);
  assert.equal(clock.following(1, 2), 2);
});

const COLOURS = { 1: [128, 0, 0], 2: [0, 128, 0] };

function painted(ids, width, paint) {
  const layer = new Uint8ClampedArray(4 * ids.length).fill(77);
  paint(layer, ids);
  return (x, y) => [...layer.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
}

function square(width, height, left, right, id) {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= left && y < right ? id : 0;
  });
}

test('the mask view is the objects’ colours, nothing else', () => {
  const ids = randomBytes(seeded(6), 60, 3);
  const at = painted(ids, 10, (layer) => paintMask(layer, ids, COLOURS));
  ids.forEach((id, i) => {
    assert.deepEqual(at(i % 10, Math.floor(i / 10)), [...(COLOURS[id] ?? [0, 0, 0]), 255]);
  });
});

test('a difference tells only this, only the other and both apart', () => {
  const ids = square(24, 24, 2, 10, 1);
  const others = square(24, 24, 6, 14, 1);
  const at = painted(ids, 24, (layer) => paintDifference(layer, ids, others, 24));
  const [red, , blue] = at(4, 4);
  assert.ok(blue > red); // (4 + 4) % 8 < 5: a stripe of only this
  const [otherRed, , otherBlue] = at(11, 11);
  assert.ok(otherRed > otherBlue); // (11 - 11) % 8 < 3: a stripe of only the other
  const [bothRed, , bothBlue] = at(8, 8);
  assert.equal(bothRed, bothBlue);
  assert.ok(bothRed > 0);
  assert.deepEqual(at(20, 2).slice(0, 3), [0, 0, 0]);
  assert.ok(at(20, 2)[3] < 255); // the frame is seen through it
});
