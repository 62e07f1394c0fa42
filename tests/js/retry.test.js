import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Retry } from '../../demo/components/shared/retry.js';

/** Return a retry that always fails, the clock that drives it, and how often it was tried. */
function failing(clock) {
  clock.timers.enable({ apis: ['setTimeout'] });
  const network = new EventTarget();
  const tries = [];
  const retry = new Retry(() => {
    tries.push('try');
    retry.later();
  }, network);
  return { retry, network, tries, tick: (milliseconds) => clock.timers.tick(milliseconds) };
}

test('what fails is tried again further and further apart, at most half a minute', ({ mock }) => {
  const { retry, tries, tick } = failing(mock);
  retry.later();
  for (const seconds of [1, 2, 4, 8, 16, 30, 30, 30]) {
    const before = tries.length;
    tick(1000 * seconds - 1);
    assert.equal(tries.length, before);
    tick(1);
    assert.equal(tries.length, before + 1);
  }
});

test('what fails is tried at once when the network returns, and only once', ({ mock }) => {
  const { retry, network, tries, tick } = failing(mock);
  retry.later();
  network.dispatchEvent(new Event('online'));
  assert.equal(tries.length, 1);
  tick(1000);
  assert.equal(tries.length, 1); // the first timer is gone
  tick(1000);
  assert.equal(tries.length, 2);
});

test('what went well is not tried again, and the next failure begins anew', ({ mock }) => {
  const { retry, network, tries, tick } = failing(mock);
  retry.later();
  tick(1000);
  retry.stop();
  tick(100_000);
  network.dispatchEvent(new Event('online'));
  retry.now();
  assert.equal(tries.length, 1);
  retry.later();
  tick(1000);
  assert.equal(tries.length, 2);
});
