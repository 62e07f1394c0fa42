import assert from 'node:assert/strict';
import { test } from 'node:test';

import { meaningOf } from '../../demo/components/canvas/keys.js';
import { paintLayer } from '../../demo/components/canvas/layer.js';
import { Tools } from '../../demo/components/canvas/tools.js';
import { Viewport } from '../../demo/components/canvas/viewport.js';
import { neighbour } from '../../demo/components/shared/radio_group.js';

function viewportOf(width, height) {
  const viewport = new Viewport(() => ({ width: 400, height: 300 }));
  viewport.open({ width, height });
  return viewport;
}

function near(found, expected) {
  found.forEach((value, number) =>
    assert.ok(Math.abs(value - expected[number]) < 1e-6, `${found} ${expected}`),
  );
}

test('a whole picture is as large as fits, in the middle', () => {
  const viewport = viewportOf(200, 100);
  assert.equal(viewport.scale, 2);
  near(viewport.corner, [0, 50]);
  near(viewport.toPicture([200, 150]), [100, 50]);
});

test('zooming holds the place under the pointer, within limits', () => {
  const viewport = viewportOf(160, 120);
  const before = viewport.toPicture([300, 80]);
  viewport.zoomTo(4, [300, 80]);
  near(viewport.toPicture([300, 80]), before);
  viewport.zoomTo(1000);
  assert.equal(viewport.zoom, 16);
  viewport.zoomTo(0.1);
  assert.equal(viewport.zoom, 1);
  near(viewport.corner, [0, 0]);
});

test('the picture cannot be moved off the stage', () => {
  const viewport = viewportOf(160, 120);
  viewport.zoomTo(2);
  viewport.move(5000, -5000);
  near(viewport.corner, [0, -300]);
});

test('two fingers that part zoom in, and the place between them stays', () => {
  const viewport = viewportOf(160, 120);
  const before = viewport.toPicture([200, 150]);
  viewport.pinch([220, 150], [260, 150], [140, 150]);
  assert.ok(Math.abs(viewport.zoom - 1.5) < 1e-9);
  near(viewport.toPicture([220, 150]), before);
});

const KEY = { shiftKey: false, ctrlKey: false, metaKey: false };

test('keys mean what the page says', () => {
  const meaning = (key, more = {}) => meaningOf({ ...KEY, key, ...more }, 8);
  assert.deepEqual(meaning('e'), { what: 'setTool', value: 'eraser' });
  assert.deepEqual(meaning('8'), { what: 'setTarget', value: 8 });
  assert.equal(meaning('9'), null);
  assert.deepEqual(meaning('0'), { what: 'zoom', value: 0 });
  assert.deepEqual(meaning('z', { ctrlKey: true }), { what: 'undo' });
  assert.deepEqual(meaning('Z', { metaKey: true, shiftKey: true }), { what: 'redo' });
  assert.equal(meaning('s', { ctrlKey: true }), null); // the browser's own
  assert.deepEqual(meaning('ArrowLeft'), { what: 'moveCursor', value: [-8, 0] });
  assert.deepEqual(meaning('ArrowUp', { shiftKey: true }), { what: 'moveCursor', value: [0, -1] });
  assert.equal(meaning('Tab'), null);
});

test('only the box and its surroundings are painted, proposals are seen through', () => {
  const size = { width: 8, height: 8 };
  const painting = { ids: new Uint8Array(64).fill(1), proposed: new Set([1]), size };
  const pixels = new Uint8ClampedArray(256);
  const box = paintLayer(pixels, painting, { 1: [9, 8, 7] }, { x0: 2, y0: 2, x1: 4, y1: 4 });
  assert.deepEqual(box, { x0: 1, y0: 1, x1: 5, y1: 5 });
  const painted = Array.from({ length: 64 }, (_, i) => i).filter((i) => pixels[4 * i + 3]);
  assert.equal(painted.length, 16);
  assert.deepEqual([...pixels.slice(4 * 18, 4 * 18 + 4)], [9, 8, 7, 140]);
});

test('a line of one pixel keeps its colour; objects that touch have a white line between them', () => {
  const painting = { ids: Uint8Array.of(0, 1, 0, 2, 3), proposed: new Set(), size: { width: 5, height: 1 } };
  const pixels = new Uint8ClampedArray(20);
  paintLayer(pixels, painting, { 1: [9, 8, 7], 2: [1, 2, 3], 3: [4, 5, 6] }, { x0: 0, y0: 0, x1: 5, y1: 1 });
  assert.deepEqual([...pixels.slice(4, 8)], [9, 8, 7, 255]);
  assert.deepEqual([...pixels.slice(12, 20)], new Array(8).fill(255));
});

/** Return tools over blank labels, and what they did. */
function toolsOver(size) {
  const done = [];
  const painting = { ids: new Uint8Array(size.width * size.height), size };
  const note = (what) => (value) => done.push([what, value]);
  const tools = new Tools({
    canDraw: () => true,
    painting: () => painting,
    scale: () => 1,
    paint: () => {},
    draw: () => {},
    refresh: () => {},
    keep: note('keep'),
    fillPolygon: note('fillPolygon'),
    cutBox: note('cutBox'),
    addHint: note('addHint'),
    waiting: () => [],
  });
  return { tools, painting, done };
}

test('a stroke paints with the brush and is kept when it ends', () => {
  const { tools, painting, done } = toolsOver({ width: 60, height: 40 });
  tools.begin([20, 20]);
  tools.move([40, 20]);
  assert.equal(done.length, 0);
  tools.end();
  assert.equal(painting.ids[20 * 60 + 30], 1);
  assert.deepEqual(done, [['keep', new Uint8Array(2400)]]);
});

test('a stroke that is abandoned leaves nothing', () => {
  const { tools, painting, done } = toolsOver({ width: 60, height: 40 });
  tools.begin([20, 20]);
  tools.abandon();
  tools.end();
  assert.equal(Math.max(...painting.ids), 0);
  assert.deepEqual(done, []);
  tools.begin([20, 20]);
  tools.setTool('eraser'); // in the middle of a stroke
  assert.equal(Math.max(...painting.ids), 0);
});

test('a polygon closes at its first corner, with three corners at least', () => {
  const { tools, done } = toolsOver({ width: 60, height: 40 });
  tools.setTool('polygon');
  const corners = [
    [5, 5],
    [40, 5],
    [40, 30],
  ];
  corners.forEach((corner) => tools.begin(corner));
  tools.begin([6, 7]);
  assert.deepEqual(done, [['fillPolygon', corners]]);
  assert.deepEqual(tools.polygon, []);
  tools.begin([5, 5]);
  tools.closePolygon();
  assert.equal(done.length, 1);
});

test('a click and a scribble say what belongs to the object, and are shown while they are drawn', () => {
  const { tools, done } = toolsOver({ width: 60, height: 40 });
  tools.setTool('click');
  tools.setTarget(2);
  tools.begin([5, 6]);
  tools.move([7, 6]); // a hand is never quite still
  tools.end();
  assert.deepEqual(done, [['addHint', { path: [[5, 6]], target: 2, adds: true }]]);
  tools.setTool('scribble');
  tools.setAdds(false);
  const place = [5, 5];
  tools.begin(place);
  tools.move([9, 5]);
  assert.deepEqual(tools.scene().hints, [{ path: [place, [9, 5]], target: 2, adds: false }]);
  tools.end();
  assert.equal(done[1][1].adds, false);
});

test('who waits for the end of a stroke goes on when it ends or is taken back', async () => {
  const { tools } = toolsOver({ width: 60, height: 40 });
  await tools.rest();
  for (const finish of [() => tools.end(), () => tools.abandon()]) {
    tools.begin([20, 20]);
    let isAtRest = false;
    const rest = tools.rest().then(() => (isAtRest = true));
    await Promise.resolve();
    assert.equal(isAtRest, false);
    finish();
    await rest;
  }
});

test('arrow keys go through a group of radio buttons and around its ends', () => {
  assert.equal(neighbour('ArrowRight', 4, 5), 0);
  assert.equal(neighbour('ArrowUp', 0, 5), 4);
  assert.equal(neighbour('Home', 3, 5), 0);
  assert.equal(neighbour('End', 3, 5), 4);
  assert.equal(neighbour('Tab', 3, 5), null);
});
