import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SaveQueue } from '../../demo/components/canvas/save_queue.js';
import { deferred, manualRetry, settled } from './later.js';

const CLIP = { token: 'me', stamp: 'clip', saved: 0 };
const OTHER = { token: 'me', stamp: 'other clip', saved: 0 };

/** Return a queue, what arrived at its server, and how to let the server answer. */
function queueOf() {
  const arrived = [];
  const answers = [];
  const told = [];
  const numbers = [];
  const retry = manualRetry(() => queue.flush());
  const queue = new SaveQueue({
    send: ({ index, ids }, number) => {
      arrived.push([index, ids]);
      numbers.push(number);
      answers.push(deferred());
      return answers.at(-1).promise;
    },
    saved: ({ index }, { marked }) => told.push([index, marked]),
    tell: (error) => told.push(error),
    retry,
  });
  queue.open(CLIP);
  const answer = async (reply) => {
    answers.at(-1).resolve(reply);
    await settled();
  };
  return { queue, retry, arrived, numbers, told, answer };
}

test('labels are sent one at a time in order, and of a frame only the newest', async () => {
  const { queue, arrived, answer } = queueOf();
  queue.put({ clip: CLIP, index: 0, ids: 'a' });
  await settled();
  for (const ids of ['b', 'c']) {
    queue.put({ clip: CLIP, index: 0, ids });
  }
  queue.put({ clip: CLIP, index: 5, ids: 'd' });
  await settled();
  assert.deepEqual(arrived, [[0, 'a']]);
  await answer({ marked: [0] });
  assert.equal(queue.waiting(CLIP, 0).ids, 'c'); // the older ones being saved do not count for it
  await answer({ marked: [0] });
  await answer({ marked: [0, 5] });
  assert.deepEqual(arrived, [
    [0, 'a'],
    [0, 'c'],
    [5, 'd'],
  ]);
  assert.equal(queue.isEmpty, true);
});

test('labels that could not be saved stay, are told of, and are sent again', async () => {
  const { queue, retry, arrived, told, answer } = queueOf();
  await settled();
  told.length = 0;
  const first = queue.put({ clip: CLIP, index: 2, ids: 'a' });
  await settled();
  await answer({ error: 'No answer.' });
  assert.equal(await first, 'No answer.');
  assert.deepEqual(told, ['No answer.']);
  assert.equal(queue.isEmpty, false);
  assert.equal(retry.waits, true);
  const again = retry.fire();
  await settled();
  await answer({ marked: [2] });
  assert.equal(await again, '');
  assert.deepEqual(arrived, [
    [2, 'a'],
    [2, 'a'],
  ]);
  assert.deepEqual(told, ['No answer.', [2, [2]], '']);
  assert.equal(retry.waits, false);
});

test('what is painted after a failure replaces what failed', async () => {
  const { queue, arrived, answer } = queueOf();
  queue.put({ clip: CLIP, index: 0, ids: 'old' });
  await settled();
  await answer({ error: 'No answer.' });
  queue.put({ clip: CLIP, index: 0, ids: 'new' });
  await settled();
  await answer({ marked: [0] });
  assert.deepEqual(
    arrived.map(([, ids]) => ids),
    ['old', 'new'],
  );
  assert.equal(queue.isEmpty, true);
});

test('labels of a clip that is left wait for its return and hold up no other clip', async () => {
  const { queue, arrived, answer } = queueOf();
  queue.put({ clip: CLIP, index: 1, ids: 'mine' });
  await settled();
  queue.open(OTHER);
  await answer({ error: 'Another clip was chosen meanwhile.' });
  assert.equal(await queue.flush(), '');
  assert.equal(queue.isEmpty, false);
  assert.equal(queue.waiting(CLIP, 1).ids, 'mine');
  queue.open({ ...CLIP });
  await settled();
  await answer({ marked: [1] });
  assert.equal(arrived.length, 2);
  assert.equal(queue.isEmpty, true);
});

test('every attempt has a larger number than those before, also those before a reload', async () => {
  const { queue, retry, numbers, answer } = queueOf();
  const later = Date.now() + 1e9; // the clock was set back meanwhile
  queue.open({ ...CLIP, saved: later });
  queue.put({ clip: CLIP, index: 0, ids: 'a' });
  await settled();
  await answer({ error: 'No answer.' });
  retry.fire();
  await settled();
  await answer({ marked: [0] });
  assert.deepEqual(numbers, [later + 1, later + 2]);
  const fresh = queueOf();
  fresh.queue.put({ clip: CLIP, index: 0, ids: 'b' });
  await settled();
  assert.ok(fresh.numbers[0] >= Date.now() - 1000);
});
