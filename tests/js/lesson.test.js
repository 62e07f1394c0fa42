import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Progress, isDone } from '../../demo/components/lesson/progress.js';

class Storage {
  kept = new Map();

  getItem(key) {
    return this.kept.get(key) ?? null;
  }

  setItem(key, text) {
    this.kept.set(key, text);
  }
}

test('progress survives a reload', () => {
  const storage = new Storage();
  const progress = new Progress(() => storage);
  progress.visit(4);
  assert.equal(progress.tick('start'), true);
  assert.equal(progress.tick('start'), false);
  progress.answer('dash', 2);
  const later = new Progress(() => storage);
  assert.deepEqual([later.page, later.done, later.answers], [4, ['start'], { dash: 2 }]);
});

test('a storage that is shut off, or holds something else, begins at the first page', () => {
  const progress = new Progress(() => {
    throw new Error('SecurityError');
  });
  progress.tick('start');
  assert.deepEqual([progress.page, progress.done], [1, ['start']]);
  for (const text of ['{', '"7"', '{"page": "x", "done": {}, "answers": 3}']) {
    const strange = new Storage();
    strange.setItem('llb-lesson', text);
    assert.deepEqual([new Progress(() => strange).page, new Progress(() => strange).done], [1, []]);
  }
});

test('a page is done by what it asks for, and by nothing else', () => {
  const cases = [
    [{ what: 'frame', value: '20-47' }, { frame: 20 }, { frame: 19 }],
    [{ what: 'past', value: '0-0' }, { past: 0 }, { past: 5 }],
    [{ what: 'past', value: '0-0' }, { past: 0 }, {}],
    [{ what: 'box', value: 'value|label' }, { box: 'label' }, { box: 'lab' }],
    [{ what: 'pixel', value: '10,20,5,5' }, { pixel: { x: 14, y: 24 } }, { pixel: { x: 15, y: 24 } }],
    [{ what: 'pixel', value: '10,20,5,5' }, { pixel: { x: 10, y: 20 } }, {}],
    [{ what: 'answer', value: '' }, { isAnswered: true }, { isAnswered: false }],
    [{ what: 'comparison', value: '' }, { isOther: true }, { isOther: false }],
  ];
  for (const [done, seen, notYet] of cases) {
    assert.equal(isDone(done, seen), true, done.what);
    assert.equal(isDone(done, notYet), false, done.what);
  }
});
