import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeLabels, encodeLabels } from '../../demo/components/shared/label_png.js';
import { crc32, deflate, readChunks, writeChunks } from '../../demo/components/shared/png.js';
import { randomBytes, seeded } from './random.js';

const PREDICTED = [
  () => 0,
  (left) => left,
  (left, above) => above,
  (left, above) => Math.floor((left + above) / 2),
  (left, above, corner) => {
    const guess = left + above - corner;
    const candidates = [left, above, corner]; // in this order where they are equally near
    return candidates.reduce((best, one) => (Math.abs(guess - one) < Math.abs(guess - best) ? one : best));
  },
];

/** Filter rows as a PNG writer does; `kinds` names the filter of each row. */
function filtered(ids, width, height, kinds) {
  const at = (x, y) => (x < 0 || y < 0 ? 0 : ids[y * width + x]);
  const bytes = [];
  for (let y = 0; y < height; y++) {
    bytes.push(kinds[y]);
    for (let x = 0; x < width; x++) {
      bytes.push(at(x, y) - PREDICTED[kinds[y]](at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)));
    }
  }
  return Uint8Array.from(bytes);
}

function headerOf(width, height, depth, colour, interlaced = 0) {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colour, 0, 0, interlaced], 8);
  return header;
}

function pngOf(header, ...parts) {
  return writeChunks([
    { type: 'IHDR', data: header },
    ...parts.map((data) => ({ type: 'IDAT', data })),
    { type: 'IEND', data: new Uint8Array(0) },
  ]);
}

test('labels come back byte for byte', async () => {
  const random = seeded(1);
  for (const [width, height] of [
    [1, 1],
    [1, 7],
    [64, 3],
    [131, 77],
  ]) {
    const ids = randomBytes(random, width * height);
    const found = await decodeLabels(await encodeLabels({ width, height, ids }));
    assert.deepEqual(found, { width, height, ids });
  }
});

test('each of the five filters is undone, and all of them mixed', async () => {
  const random = seeded(2);
  const [width, height] = [37, 25];
  const mixed = [...randomBytes(random, height, 5)];
  for (const kinds of [0, 1, 2, 3, 4].map((kind) => Array(height).fill(kind)).concat([mixed])) {
    const ids = randomBytes(random, width * height);
    const packed = await deflate(filtered(ids, width, height, kinds));
    const found = await decodeLabels(pngOf(headerOf(width, height, 8, 3), packed));
    assert.deepEqual(found.ids, ids, `filters ${kinds}`);
  }
});

test('data that is spread over several chunks is put together', async () => {
  const ids = randomBytes(seeded(3), 40 * 30);
  const packed = await deflate(filtered(ids, 40, 30, Array(30).fill(4)));
  const png = pngOf(headerOf(40, 30, 8, 0), packed.subarray(0, 11), packed.subarray(11));
  assert.deepEqual((await decodeLabels(png)).ids, ids);
});

test('other kinds of PNG are refused', async () => {
  const packed = await deflate(new Uint8Array(12));
  for (const header of [
    headerOf(3, 3, 8, 2),
    headerOf(3, 3, 16, 0),
    headerOf(3, 3, 4, 3),
    headerOf(3, 3, 8, 3, 1),
  ]) {
    await assert.rejects(decodeLabels(pngOf(header, packed)), /8-bit grey or palette/);
  }
});

test('what is no PNG, is cut off or has too few pixels is refused', async () => {
  const png = await encodeLabels({ width: 3, height: 3, ids: new Uint8Array(9) });
  await assert.rejects(decodeLabels(new TextEncoder().encode('<html>')), /not a PNG/);
  await assert.rejects(decodeLabels(png.subarray(0, png.length - 12)), /cut off/);
  await assert.rejects(
    decodeLabels(pngOf(headerOf(3, 4, 8, 3), await deflate(new Uint8Array(12)))),
    /pixels/,
  );
  await assert.rejects(
    decodeLabels(pngOf(headerOf(1, 1, 8, 3), await deflate(Uint8Array.of(5, 0)))),
    /filter/,
  );
});

test('checksums are those of the standard', async () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  assert.equal(crc32(new TextEncoder().encode('IEND')), 0xae426082);
  const png = await encodeLabels({ width: 2, height: 1, ids: Uint8Array.of(1, 2) });
  assert.deepEqual(
    readChunks(png).map(({ type }) => type),
    ['IHDR', 'IDAT', 'IEND'],
  );
});
