import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Figures } from '../../demo/components/player/figures.js';
import { linesOf } from '../../demo/components/player/series.js';
import { deferred, manualRetry, settled } from './later.js';

const frame = (j) => ({ a: { objects: { 1: { j } } } });

/** Return figures, the questions they asked, and what they showed. */
function figuresOf(total) {
  const questions = [];
  const shown = [];
  const retry = manualRetry(() => figures.fetch());
  const figures = new Figures({
    ask: ({ start }) => {
      const question = { start, ...deferred() };
      questions.push(question);
      return question.promise;
    },
    show: (trouble) => shown.push(trouble),
    retry,
  });
  figures.open(total);
  const answer = async (reply, question = questions.at(-1)) => {
    question.resolve(reply);
    await settled();
  };
  const series = () => linesOf(figures.frames, 'j', [{ name: 'a' }], { id: 1 })[0];
  return { figures, questions, shown, retry, answer, series };
}

test('a run that ends while an answer is under way is filled to its end', async () => {
  const { figures, questions, answer, series } = figuresOf(3);
  figures.want(1);
  figures.want(3); // the end comes before the answer
  await answer({ figures: [frame(0.1)] });
  assert.deepEqual(
    questions.map(({ start }) => start),
    [0, 1],
  );
  await answer({ figures: [frame(0.2), frame(0.3)] });
  assert.deepEqual(series(), [0.1, 0.2, 0.3]);
});

test('an answer about another run is not shown, however late it comes', async () => {
  const { figures, questions, answer, series } = figuresOf(2);
  figures.want(2);
  figures.open(2);
  figures.want(2);
  await answer({ figures: [frame(1), frame(1)] }, questions[1]);
  await answer({ figures: [frame(0), frame(0)] }, questions[0]);
  assert.deepEqual(series(), [1, 1]);
});

test('an answer that has more than was wanted, or more than the clip, moves nothing', async () => {
  const { figures, questions, answer, series } = figuresOf(3);
  figures.want(1);
  await answer({ figures: [frame(0.1), frame(0.2)] });
  figures.want(3);
  assert.equal(questions.at(-1).start, 2);
  await answer({ figures: [frame(0.3), frame(0.4)] });
  assert.deepEqual(series(), [0.1, 0.2, 0.3]);
});

test('an error is said and asked about again; frames that lack leave a gap', async () => {
  const { figures, shown, retry, answer, series } = figuresOf(2);
  figures.want(2);
  await answer({ error: 'No answer.' });
  assert.deepEqual([shown.at(-1), retry.waits], ['No answer.', true]);
  assert.deepEqual(series(), [null, null]);
  retry.fire();
  await answer({ figures: [frame(0.5)] });
  assert.deepEqual(series(), [0.5, null]);
  await answer({ figures: [frame(0.6)] });
  assert.deepEqual([shown.at(-1), retry.waits], ['', false]);
  assert.deepEqual(series(), [0.5, 0.6]);
});

test('a server that has no more is not asked for ever', async () => {
  const { figures, questions, retry, answer } = figuresOf(1);
  figures.want(1);
  await answer({ figures: [] });
  while (retry.waits) {
    retry.fire();
    await answer({ figures: [] });
  }
  assert.ok(questions.length < 10);
});
