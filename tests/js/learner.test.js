import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fusionText } from '../../demo/components/inside/arithmetic.js';
import { inNumbers } from '../../demo/components/inside/fit_view.js';
import { logTicks } from '../../demo/components/inside/geometry.js';
import { filled, lossRange, tickText, written } from '../../demo/components/inside/learner_numbers.js';

test('numbers are written with three digits, or as a power of ten', () => {
  const numbers = [0, 0.98, 13, -8.2, 53_200, 99_999, 0.00665, 0.000143, 4_930_000, -0.0000021, NaN];
  const texts = ['0', '0.980', '13.0', '−8.20', '53200', '1.00·10⁵', '0.00665', '1.43·10⁻⁴', '4.93·10⁶'];
  assert.deepEqual(
    numbers.map((number) => written(number)),
    [...texts, '−2.10·10⁻⁶', '–'],
  );
});

test('a logarithmic axis has two to nine round numbers, all within it', () => {
  for (const [low, high] of [
    [1e-5, 3],
    [0.002, 0.9],
    [0.4, 3],
    [44.1, 46.6],
    [0.5, 0.51],
    [3e-7, 3.3e-7],
  ]) {
    const ticks = logTicks(low, high);
    assert.ok(ticks.length >= 2 && ticks.length <= 9, `${low} to ${high}: ${ticks}`);
    assert.ok(ticks.every((tick) => tick >= low / 1.001 && tick <= high * 1.001));
    assert.equal(new Set(ticks.map(tickText)).size, ticks.length);
  }
});

test('the axis of losses is a little longer than they are', () => {
  const { low, high } = lossRange([46.6, 45, 0, 44.1]);
  assert.ok(low < 44.1 && high > 46.6 && low > 40);
  assert.deepEqual(lossRange([0, 0]), { low: 0.1, high: 1 });
  assert.ok(lossRange([2, 2]).high > lossRange([2, 2]).low);
});

test('the formula has the numbers of a step', () => {
  const step = { misfit: 4_930_000, penalty: 0, loss: 44.1 };
  assert.equal(
    inNumbers(step, { count: 111_744, reg: 0 }),
    'L = (4.93·10⁶ + 0) / 111,744 = 44.1, λ\u00a0=\u00a00',
  );
});

test('a sum is written with its gates, where there are some', () => {
  const sum = { transduced: 13, induced: -2, total: 7.12 };
  const gated = { ...sum, gate_transduced: 0.629, gate_induced: 0.528 };
  assert.equal(fusionText(gated), '0.629 × 13.0 + 0.528 × −2.00 = 7.12');
  assert.equal(
    fusionText({ ...sum, gate_transduced: null, gate_induced: null, total: 11 }),
    '13.0 + −2.00 = 11.0',
  );
});

test('names in braces are filled, others stay', () => {
  assert.equal(filled('{a} of {b}, {c}', { a: 0, b: 2 }), '0 of 2, {c}');
});
