import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tellSpace } from '../../demo/components/address/space.js';
import { chosenIn } from '../../demo/components/inside/chosen.js';
import { viewsOf } from '../../demo/components/player/views.js';
import {
  fitting,
  format,
  isDeliberate,
  lasting,
  parse,
  runIn,
} from '../../demo/components/shared/address.js';

const RUN = 'clip=bee&models=lite/llb,lite/llb~only-e1&memory=9';
const VIEW = {
  frame: 42,
  show: 'other lite/joint',
  chart: 'j',
  object: 2,
  model: 'lite/llb',
  beside: 'none',
  box: 'gate_transduced',
  channels: '7',
  scale: 'clip',
  past: 10,
  pixel: { x: 350, y: 112 },
  lesson: 3,
};
const VALUE = {
  total: 48,
  width: 640,
  height: 360,
  truth: 'some',
  channels: 32,
  objects: [{ id: 1 }, { id: 2 }],
  variants: [{ name: 'lite/llb' }, { name: 'lite/joint' }],
};
const OFFERED = { boxes: ['gate_transduced', 'value'], charts: ['j', 'area'], views: viewsOf(VALUE) };

test('what is written is read again, every part of it', () => {
  const search = format('', RUN, VIEW);
  assert.deepEqual(parse(search), { run: runIn(RUN), view: VIEW, wrong: [] });
  assert.deepEqual(fitting(VIEW, VALUE, OFFERED), { view: VIEW, wrong: [] });
});

test('an address stays readable, and keeps what is not its own', () => {
  assert.equal(
    format('?__theme=dark&frame=3&clip=train&present=1', RUN, { frame: 4, pixel: { x: 1, y: 2 } }),
    `?${RUN}&frame=4&pixel=1,2&__theme=dark&present=1`,
  );
  assert.equal(format('?frame=3', '', {}), '');
});

test('the same comparison is the same text however its address is written', () => {
  assert.equal(runIn('?models=lite%2Fllb&frame=3&clip=bee'), runIn('clip=bee&models=lite/llb'));
  assert.equal(runIn('?models=lite/llb&memory=9'), '', 'models to tick, without a clip, are no comparison');
});

test('what cannot be read is left out and named', () => {
  const { view, wrong } = parse(`?frame=abc&object=-1&pixel=3&box=&channels=${'x'.repeat(101)}&lesson=2`);
  assert.deepEqual(view, { lesson: 2 });
  assert.deepEqual(wrong, ['frame', 'object', 'box', 'channels', 'pixel']);
});

test('what a comparison does not have is left out and named', () => {
  const wished = {
    frame: 48,
    show: 'other lite/llb-2',
    chart: 'agreement',
    object: 3,
    model: 'lite/llb-2',
    beside: 'lite/joint',
    box: 'engine',
    channels: '32',
    scale: 'log',
    past: 47,
    pixel: { x: 640, y: 0 },
  };
  const { view, wrong } = fitting(wished, VALUE, OFFERED);
  assert.deepEqual(view, { beside: 'lite/joint', past: 47 });
  assert.equal(wrong.length, 9);
});

test('every view that the player offers can be linked to, and no other', () => {
  for (const show of viewsOf(VALUE)) {
    assert.deepEqual(fitting({ show }, VALUE, OFFERED), { view: { show }, wrong: [] });
  }
  assert.deepEqual(viewsOf(VALUE).slice(-2), ['truth', 'boundary']);
  const without = { ...OFFERED, views: viewsOf({ ...VALUE, truth: '' }) };
  assert.deepEqual(fitting({ show: 'truth' }, VALUE, without).wrong, ['show']);
  assert.deepEqual(fitting({ show: 'boundary' }, VALUE, without).wrong, ['show']);
  assert.deepEqual(viewsOf({ variants: VALUE.variants.slice(1), truth: '' }), ['overlay', 'mask', 'contour']);
});

test('what a view leaves out is shown as at first', () => {
  const value = { ...VALUE, shown_object: 2, latest: 42 };
  const atFirst = chosenIn({}, value);
  assert.deepEqual([atFirst.models, atFirst.target, atFirst.index], [['lite/llb', 'lite/joint'], 2, 42]);
  assert.deepEqual([atFirst.past, atFirst.pixel], [null, null]);
  const chosen = chosenIn({ ...VIEW, object: 1 }, value);
  assert.deepEqual([chosen.models, chosen.target, chosen.index], [['lite/llb', ''], 1, 42]);
  assert.deepEqual([chosen.part, chosen.reduction, chosen.past], ['gate_transduced', '7', 10]);
});

test('another box or page of the lesson is a step back, another frame is none', () => {
  assert.equal(isDeliberate({ frame: 1 }, { frame: 2 }), false);
  assert.equal(isDeliberate({ box: 'value' }, { box: 'label' }), true);
  assert.equal(isDeliberate({}, { lesson: 1 }), true);
});

test('another comparison begins at its own frame, with the same box', () => {
  assert.deepEqual(lasting({ frame: 3, box: 'value', pixel: { x: 1, y: 1 }, lesson: 2 }), {
    box: 'value',
    lesson: 2,
  });
});

test('the outer page of a Space is told, no other one', () => {
  const told = [];
  const framed = (hostname) => ({
    location: { hostname, href: `https://${hostname}/` },
    parent: { postMessage: (...message) => told.push(message) },
  });
  tellSpace('/?clip=bee', framed('course.example.edu'));
  const alone = framed('someone-llb.hf.space');
  alone.parent = alone;
  tellSpace('/?clip=bee', alone);
  assert.deepEqual(told, []);
  tellSpace('/?clip=bee', framed('someone-llb.hf.space'));
  assert.deepEqual(told, [[{ queryString: 'clip=bee', hash: '' }, 'https://huggingface.co']]);
});
