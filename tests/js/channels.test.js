import assert from 'node:assert/strict';
import { test } from 'node:test';

import { usesOf } from '../../demo/components/inside/channel_strip.js';

test('a channel is live if any model on show uses it, and a model without an inside does not count', () => {
  const one = { least: 0.001, value: [1, 0, 0, 0], label: [0, 2, 0, 0.0005] };
  const other = { least: 0.001, value: [0, 0.5, 0, 0], label: [0, 0, 0, 0] };
  assert.deepEqual(usesOf([one]), ['E1', 'E2', '', '']);
  assert.deepEqual(usesOf([{ error: 'none' }, one, other]), ['E1', 'E1, E2', '', '']);
  assert.deepEqual(usesOf([{ error: 'none' }]), []);
});
