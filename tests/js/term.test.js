import assert from 'node:assert/strict';
import { test } from 'node:test';

import { movedBy } from '../../demo/components/player/pixel_keys.js';
import { piecesOf, plain } from '../../demo/components/shared/term.js';

test('a sentence falls into pieces at its terms', () => {
  assert.deepEqual(piecesOf('The [[IoU]] of [[E1, E2|E1]].'), [
    { text: 'The ', term: null },
    { text: 'IoU', term: 'IoU' },
    { text: ' of ', term: null },
    { text: 'E1', term: 'E1, E2' },
    { text: '.', term: null },
  ]);
  assert.equal(plain('The [[IoU]] of [[E1, E2|E1]].'), 'The IoU of E1.');
  assert.equal(plain('none'), 'none');
});

test('Shift and an arrow key move the cross within the frame', () => {
  const frame = { width: 100, height: 50 };
  const press = (key, shiftKey = true) => movedBy({ key, shiftKey }, { x: 3, y: 45 }, frame);
  assert.deepEqual(press('ArrowRight'), { x: 11, y: 45 });
  assert.deepEqual(press('ArrowLeft'), { x: 0, y: 45 });
  assert.deepEqual(press('ArrowDown'), { x: 3, y: 49 });
  assert.equal(press('ArrowRight', false), null);
  assert.equal(press('Home'), null);
});
