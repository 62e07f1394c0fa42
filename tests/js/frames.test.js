import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { FrameFiles } from '../../demo/components/player/frame_files.js';
import { FrameStore } from '../../demo/components/player/frame_store.js';
import { joined } from '../../demo/components/shared/bytes.js';
import { encodeLabels } from '../../demo/components/shared/label_png.js';
import { unpackFiles } from '../../demo/components/shared/packed_files.js';
import { fromRuns, idAt, toRuns } from '../../demo/components/shared/run_length.js';
import { settled } from './later.js';
import { randomBytes, seeded } from './random.js';

const CHUNK = 4;

/** A server of chunks: answers stay open until `send` or `fail`; `asked` are the addresses in their order. */
class FakeServer {
  asked = [];
  #open = new Map();

  constructor() {
    globalThis.window = { gradio_config: { root: '' } };
    globalThis.fetch = (url, { signal } = {}) => this.#answer(url, signal);
    globalThis.createImageBitmap = async (blob) => ({
      text: await blob.text(),
      isClosed: false,
      close() {
        this.isClosed = true;
      },
    });
  }

  send(url, files, { ends = true } = {}) {
    const stream = this.#open.get(url);
    files.forEach((file) => stream.enqueue(packed(file)));
    if (ends) {
      stream.close();
    }
    return settled();
  }

  fail(url) {
    this.#open.get(url).error(new Error('the network is gone'));
    return settled();
  }

  async #answer(url, signal) {
    this.asked.push(url);
    const body = new ReadableStream({ start: (stream) => this.#open.set(url, stream) });
    signal?.addEventListener('abort', () => this.#open.get(url).error(new Error('aborted')));
    return { ok: true, body };
  }
}

let server = null;
const own = { fetch: globalThis.fetch };

beforeEach(() => {
  server = new FakeServer();
});

afterEach(() => {
  Object.assign(globalThis, own);
  delete globalThis.window;
  delete globalThis.createImageBitmap;
});

function packed(file) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, file.length);
  return joined([length, file]);
}

function bytes(text) {
  return new TextEncoder().encode(text);
}

async function unpacked(parts) {
  const files = [];
  const stream = new ReadableStream({
    start(to) {
      parts.forEach((part) => to.enqueue(part));
      to.close();
    },
  });
  await unpackFiles(stream, (file) => files.push(file));
  return files;
}

test('files are whole wherever the network cuts the answer', async () => {
  const random = seeded(5);
  const files = [0, 1, 300, 0, 70_000, 3].map((length) => randomBytes(random, length));
  const all = joined(files.map(packed));
  for (const size of [1, 3, 4, 5, 1000, all.length]) {
    const parts = [];
    for (let place = 0; place < all.length; place += size) {
      parts.push(all.slice(place, place + size));
    }
    assert.deepEqual(await unpacked(parts), files);
  }
});

test('an answer that is cut off is an error', async () => {
  const all = packed(bytes('picture'));
  await assert.rejects(unpacked([all.slice(0, 6)]), /cut off/);
  await assert.rejects(unpacked([all.slice(0, 2)]), /cut off/);
});

test('runs bring the same ids back, one by one and together', () => {
  const random = seeded(8);
  for (const ids of [
    randomBytes(random, 500, 3),
    new Uint8Array(100),
    Uint8Array.of(7),
    new Uint8Array(0),
    Uint8Array.of(255, 0, 0, 1, 1, 255),
  ]) {
    const runs = toRuns(ids);
    assert.deepEqual(fromRuns(runs, new Uint8Array(ids.length).fill(9)), ids);
    assert.deepEqual(
      Uint8Array.from(ids, (_, place) => idAt(runs, place)),
      ids,
    );
  }
  assert.equal(toRuns(new Uint8Array(100)).ends.length, 1);
});

function filesOf(layout = {}) {
  return new FrameFiles('/f', { perFrame: 1, length: CHUNK, total: 10, done: 10, ...layout });
}

test('a frame is there as soon as it has come, before its chunk ends', async () => {
  const files = filesOf();
  files.want([0]);
  const [first, second] = [files.files(0), files.files(1)];
  await server.send('/f/00000-00003', [bytes('a')], { ends: false });
  assert.deepEqual(await first, [bytes('a')]);
  assert.deepEqual([files.has(0), files.has(1)], [true, false]);
  await server.send('/f/00000-00003', ['b', 'c', 'd'].map(bytes));
  assert.deepEqual(await second, [bytes('b')]);
  assert.deepEqual(server.asked, ['/f/00000-00003']);
});

test('a frame whose chunk nobody wanted yet is loaded alone, and the last chunk is short', async () => {
  const files = filesOf();
  const alone = files.files(9);
  files.want([9]);
  await server.send('/f/00009-00009', [bytes('z')]);
  assert.deepEqual(await alone, [bytes('z')]);
  assert.deepEqual(server.asked, ['/f/00009-00009', '/f/00008-00009']);
});

test('what is on its way is given up for another place, what has come is kept', async () => {
  const files = filesOf();
  files.want([0]);
  await server.send('/f/00000-00003', ['a', 'b', 'c', 'd'].map(bytes));
  files.want([4]);
  const waiting = files.files(5);
  files.want([9]);
  await assert.rejects(waiting, /aborted/);
  assert.deepEqual([files.has(3), files.has(4)], [true, false]);
});

test('a chunk that fails, or is too short, is loaded anew', async () => {
  const files = filesOf();
  files.want([0]);
  const lost = assert.rejects(files.files(2), /network/);
  await server.fail('/f/00000-00003');
  await lost;
  files.want([0]);
  const short = assert.rejects(files.files(2), /2 of 4 files/);
  await server.send('/f/00000-00003', ['a', 'b'].map(bytes));
  await short;
  files.want([0]);
  assert.equal(server.asked.length, 3);
});

test('a chunk waits until all of it is done', () => {
  const files = filesOf({ done: 6 });
  files.want([0, 4]);
  assert.deepEqual(server.asked, ['/f/00000-00003']);
  files.layout = { ...files.layout, done: 8 };
  files.want([0, 4]);
  assert.deepEqual(server.asked, ['/f/00000-00003', '/f/00004-00007']);
});

const RUN = {
  ...{ stamp: 's', state: 'finished', rewrites: false, width: 2, height: 1, total: 3, chunk: CHUNK },
  ...{ previews: '/p', labels: '/l/done', truth: '', objects: [{ id: 1 }], variants: [{ done: 3 }] },
};

/** Let the server answer at once: every frame has the labels that `ids()` returns. */
function answerAtOnce(ids) {
  globalThis.fetch = async (url) => {
    server.asked.push(url);
    const [first, last] = url.split('/').at(-1).split('-').map(Number);
    const labels = await encodeLabels({ width: 2, height: 1, ids: Uint8Array.from(ids()) });
    const file = url.startsWith('/p') ? bytes('picture') : labels;
    const body = new Blob(Array.from({ length: last - first + 1 }, () => packed(file))).stream();
    return { ok: true, body };
  };
}

async function labelsIn(store, index) {
  const { labels } = await store.frame(index);
  return [...fromRuns(labels[0], new Uint8Array(2))];
}

test('labels that a repair replaces are loaded anew, and are there for good at its end', async () => {
  let ids = [1, 0];
  answerAtOnce(() => ids);
  const store = new FrameStore();
  const atWork = { ...RUN, state: 'running', rewrites: true, labels: '/l/running' };
  store.open(atWork, true);
  assert.deepEqual(await labelsIn(store, 0), [1, 0]);
  ids = [1, 1];
  assert.deepEqual(await labelsIn(store, 0), [1, 0]); // nothing new was told
  store.open({ ...atWork }, false);
  assert.equal(store.has(0, false), false);
  assert.deepEqual(await labelsIn(store, 0), [1, 1]);
  ids = [0, 1];
  store.open(RUN, false);
  assert.deepEqual(await labelsIn(store, 0), [0, 1]);
  ids = [0, 0];
  store.open({ ...RUN }, false);
  assert.deepEqual(await labelsIn(store, 0), [0, 1]);
  const wanted = server.asked.filter((url) => url.startsWith('/l/'));
  assert.deepEqual(wanted, ['/l/running/00000-00000', '/l/running/00000-00000', '/l/done/00000-00000']);
});

test('frames that change do not come in chunks, others do and are loaded once', async () => {
  answerAtOnce(() => [1, 0]);
  const store = new FrameStore();
  store.open({ ...RUN, state: 'running', rewrites: true, labels: '/l/running' }, true);
  store.prefetch(0, 2, false);
  await labelsIn(store, 2);
  assert.ok(!server.asked.includes('/l/running/00000-00002'));
  store.open(RUN, false);
  store.prefetch(0, 2, false);
  await Promise.all([0, 1, 2].map((index) => labelsIn(store, index)));
  const before = server.asked.length;
  assert.ok(server.asked.includes('/l/done/00000-00002'));
  store.prefetch(1, 2, false);
  await labelsIn(store, 1);
  assert.equal(server.asked.length, before);
});

test('the pictures of a run that is left are closed', async () => {
  answerAtOnce(() => [1, 0]);
  const store = new FrameStore();
  store.open(RUN, true);
  const { picture } = await store.frame(1);
  store.open({ ...RUN, stamp: 'other' }, true);
  await settled();
  assert.equal(picture.isClosed, true);
});

test('objects that the run does not follow are not in its exact labels', async () => {
  answerAtOnce(() => [1, 5]);
  const store = new FrameStore();
  store.open({ ...RUN, truth: '/t' }, true);
  assert.deepEqual([...fromRuns(await store.truth(0), new Uint8Array(2))], [1, 0]);
});
