import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { countLive } from '../../demo/components/inside/channel_strip.js';
import { mostAttended } from '../../demo/components/inside/clicked_pixel.js';
import { cellAt, curvePath, logScale, logTicks, short } from '../../demo/components/inside/geometry.js';
import { Channel } from '../../demo/components/shared/channels.js';
import { Latest } from '../../demo/components/shared/latest.js';
import { clamp, fixed, mean, sizeText } from '../../demo/components/shared/numbers.js';
import { Recent } from '../../demo/components/shared/recent.js';
import { asker } from '../../demo/components/shared/server.js';
import { countFrames, keepApart } from '../../demo/components/trim/handles.js';
import { deferred } from './later.js';

test('of the work that comes meanwhile only the newest is done', async () => {
  const latest = new Latest();
  const gate = deferred();
  const done = [];
  const all = latest.run(async () => {
    await gate.promise;
    done.push(1);
  });
  latest.run(async () => done.push(2));
  latest.run(async () => done.push(3));
  gate.resolve();
  await all;
  assert.deepEqual(done, [1, 3]);
});

test('work that fails does not hold up what comes after it', async () => {
  const silent = mock.method(console, 'error', () => {});
  const latest = new Latest();
  const done = [];
  await latest.run(async () => {
    throw new Error('no');
  });
  await latest.run(async () => done.push(1));
  assert.deepEqual(done, [1]);
  assert.equal(silent.mock.callCount(), 1);
  silent.mock.restore();
});

test('what was used most recently is kept, what failed is tried again', async () => {
  const recent = new Recent(2);
  const loads = [];
  const get = (key) => recent.get(key, async () => loads.push(key));
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) {
    await get(key);
  }
  assert.deepEqual(loads, ['a', 'b', 'c', 'b']);
  await assert.rejects(recent.get('d', () => Promise.reject(new Error('not yet'))));
  assert.equal(await recent.get('d', async () => 'there'), 'there');
});

test('a load that fails late does not forget a newer one of the same name', async () => {
  const recent = new Recent(2);
  const gate = deferred();
  const old = recent.get('a', () => gate.promise);
  recent.clear();
  await recent.get('a', async () => 'new');
  gate.reject(new Error('late'));
  await assert.rejects(old);
  assert.equal(await recent.get('a', async () => 'loaded again'), 'new');
});

test('a state is told to who comes late, each time the latest', () => {
  const channel = new Channel(true);
  const heard = [];
  channel.send(1);
  channel.send(2);
  channel.listen((message) => heard.push(['one', message]));
  channel.send(3);
  channel.listen((message) => heard.push(['other', message]));
  assert.deepEqual(heard, [
    ['one', 2],
    ['one', 3],
    ['other', 3],
  ]);
});

test('an event waits for its first listener, and is told once', () => {
  const channel = new Channel(false);
  const heard = [];
  channel.send(1);
  channel.listen((message) => heard.push(['one', message]));
  channel.listen((message) => heard.push(['other', message]));
  channel.send(2);
  assert.deepEqual(heard, [
    ['one', 1],
    ['one', 2],
    ['other', 2],
  ]);
});

test('a server that does not answer becomes a sentence', async () => {
  const silent = mock.method(console, 'warn', () => {});
  const ask = asker(() => Promise.reject(new TypeError('Failed to fetch')), 'Try again.');
  const lost = { error: 'Try again.', isLost: true };
  assert.deepEqual(await ask({}), lost);
  assert.deepEqual(await asker(async () => undefined, 'Try again.')({}), lost);
  assert.deepEqual(await asker(async (question) => question, '')({ what: 'x' }), { what: 'x' });
  silent.mock.restore();
});

test('a question that gets no answer in time is lost, unless it may take any time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const never = () => new Promise(() => {});
  const ask = asker(never, 'Try again.');
  const quick = ask({}, 20_000);
  const usual = ask({});
  let isOver = false;
  ask({}, Infinity).then(() => (isOver = true));
  t.mock.timers.tick(20_000);
  assert.deepEqual(await quick, { error: 'Try again.', isLost: true });
  t.mock.timers.tick(40_000);
  assert.deepEqual(await usual, { error: 'Try again.', isLost: true });
  t.mock.timers.tick(1e9);
  assert.equal(isOver, false);
});

test('a size is written with two figures', () => {
  assert.deepEqual([90, 31_957, 618_861, 171_000_000, 2.34e9].map(sizeText), [
    '1 kB',
    '32 kB',
    '620 kB',
    '170 MB',
    '2.3 GB',
  ]);
});

test('numbers that are missing are left out', () => {
  assert.equal(mean([1, null, undefined, 2]), 1.5);
  assert.equal(mean([null]), null);
  assert.equal(fixed(null, 2), '–');
  assert.equal(fixed(0, 2), '0.00');
  assert.deepEqual([clamp(-3, 0, 5), clamp(9, 0, 5)], [0, 5]);
});

test('a curve fills its box and is interrupted where a value is missing', () => {
  const box = { width: 104, height: 56, least: 0, most: 1 };
  assert.equal(curvePath([0, 1, null, 0.5, 0], box), 'M2.0 53.0L27.0 3.0M77.0 28.0L102.0 53.0');
  assert.equal(curvePath([], box), '');
  assert.equal(curvePath([3], { ...box, least: 3, most: 3 }), 'M2.0 53.0'); // all values are the same
});

test('the pointer is over the cell that it shows', () => {
  const shown = { left: 10, top: 20, width: 260, height: 150 };
  for (const [row, column] of [
    [0, 0],
    [7, 20],
    [14, 25],
  ]) {
    const place = { x: 10 + (column + 0.5) * 10, y: 20 + (row + 0.5) * 10 };
    assert.deepEqual(cellAt(place, shown, 15, 26), { row, column });
  }
  assert.deepEqual(cellAt({ x: 270, y: 170 }, shown, 15, 26), { row: 14, column: 25 });
});

test('the handles keep two used frames between them, within the file', () => {
  const range = { start: 5, end: 6, stride: 3 };
  assert.deepEqual(keepApart(range, 'start', 12), { start: 0, end: 6 });
  assert.deepEqual(keepApart(range, 'end', 12), { start: 5, end: 11 });
  assert.deepEqual(keepApart({ start: 0, end: 12, stride: 3 }, 'end', 12), { start: 0, end: 12 });
  assert.deepEqual(countFrames({ start: 4, end: 11, stride: 2 }, 3), { count: 4, used: 3 });
});

test('a logarithmic axis gives every factor the same room', () => {
  const y = logScale(1, 100, 200, 0);
  assert.deepEqual([y(1), y(10), y(100)].map(Math.round), [200, 100, 0]);
  assert.deepEqual(logTicks(0.3, 12), [0.5, 1, 2, 5, 10]);
  assert.deepEqual(logTicks(0.04, 4000), [0.1, 1, 10, 100, 1000]);
  assert.deepEqual([2213.4, 0.0123, 0.999, 47].map(short), ['2200', '0.012', '1', '47']);
});

test('channels are counted by where they are live', () => {
  const value = [2, 0, 3, 0.001, 0];
  const label = [0, 1, 5, 0, 0.0005];
  assert.deepEqual(countLive({ value, label, least: 0.001 }), { e1: 1, e2: 1, both: 1, dead: 2 });
});

test('the past frame with the greatest part is the one that is looked at most', () => {
  const memory = [0.2, 0.5, 0.3].map((part, frame) => ({ part, frame }));
  assert.equal(mostAttended(memory).frame, 1);
});
