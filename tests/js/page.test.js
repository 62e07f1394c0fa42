import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Leaving } from '../../demo/components/page/leaving.js';
import {
  readingBeginsAfterSaving,
  runAfterSaving,
  undoAfterSaving,
} from '../../demo/components/page/page.js';
import { withPresentation } from '../../demo/components/page/present.js';
import { deferred, settled } from './later.js';

/** Put a canvas on the page that is saved when the test says so. */
function canvasToSave() {
  const saved = deferred();
  const settle = () => saved.promise;
  globalThis.document = { querySelector: () => ({ settle, settleForRun: settle }) };
  return saved;
}

test('a second click on Run that waits is dropped, another event that comes meanwhile is done after it', async () => {
  const saved = canvasToSave();
  const done = [];
  const run = runAfterSaving('me', ['llb']).then((values) => done.push(['run', ...values]));
  await assert.rejects(runAfterSaving('me', ['llb']));
  const trim = readingBeginsAfterSaving('me').then((values) => done.push(['trim', ...values]));
  const undo = undoAfterSaving('me').then((values) => done.push(['undo', ...values]));
  await settled();
  assert.deepEqual(done, []);
  saved.resolve();
  await Promise.all([run, trim, undo]);
  assert.deepEqual(done, [
    ['run', 'me', ['llb']],
    ['trim', 'me'],
    ['undo', 'me'],
  ]);
  assert.deepEqual(await runAfterSaving('me', ['llb']), ['me', ['llb']]); // later on it counts again
});

test('what is not saved holds every event up, and the next click counts', async () => {
  const saved = canvasToSave();
  const run = runAfterSaving('me');
  saved.reject(new Error('not saved'));
  await assert.rejects(run, /not saved/);
  canvasToSave().resolve();
  assert.deepEqual(await runAfterSaving('me'), ['me']);
});

test('leaving is asked about while files are sent, a clip is read or a run is at work', async () => {
  const page = new EventTarget();
  const transfer = deferred();
  page.fetch = () => transfer.promise;
  let isRunning = false;
  const leaving = new Leaving(() => isRunning);
  leaving.watch(page);
  const asks = () => !page.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  assert.equal(asks(), false);
  page.fetch('/question', { body: '{}' });
  assert.equal(asks(), false);
  const sent = page.fetch('/upload', { body: new FormData() });
  assert.equal(asks(), true);
  transfer.reject(new Error('too large'));
  await assert.rejects(sent);
  assert.equal(asks(), false);
  leaving.begin();
  assert.equal(asks(), true);
  leaving.end();
  isRunning = true;
  assert.equal(asks(), true);
});

test('the address says whether the page is a presentation, and keeps all else', () => {
  const address = 'https://some.where/llb/?models=lite/llb&memory=9#results';
  const on = withPresentation(address, true);
  assert.equal(new URL(on).searchParams.get('present'), '1');
  assert.equal(new URL(on).searchParams.get('models'), 'lite/llb');
  assert.equal(new URL(withPresentation(on, false)).search, '?models=lite%2Fllb&memory=9');
});
