/** The parts of the PNG format (RFC 2083) that label pictures need, on bytes alone. */

import { joined } from './bytes.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const NONE = 0;
const SUB = 1;
const UP = 2;
const AVERAGE = 3;
const PAETH = 4;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

/** Return the checksum of a chunk's type and data. */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value = CRC_TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  }
  return ~value >>> 0;
}

/** Return the chunks of a file as {type, data}; throw an Error if it is no PNG or is cut off. */
export function readChunks(bytes) {
  if (SIGNATURE.some((byte, place) => bytes[place] !== byte)) {
    throw new Error('This is not a PNG.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = [];
  let place = SIGNATURE.length;
  while (place + 12 <= bytes.length) {
    const length = view.getUint32(place);
    const type = String.fromCharCode(...bytes.subarray(place + 4, place + 8));
    chunks.push({ type, data: bytes.subarray(place + 8, place + 8 + length) });
    place += 12 + length;
    if (type === 'IEND') {
      return chunks;
    }
  }
  throw new Error('This PNG is cut off.');
}

/** Return the bytes of a file with these chunks ({type, data}). */
export function writeChunks(chunks) {
  const size = chunks.reduce((sum, { data }) => sum + data.length + 12, SIGNATURE.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(SIGNATURE);
  let place = SIGNATURE.length;
  for (const { type, data } of chunks) {
    const end = place + 8 + data.length;
    view.setUint32(place, data.length);
    bytes.set(
      [...type].map((letter) => letter.charCodeAt(0)),
      place + 4,
    );
    bytes.set(data, place + 8);
    view.setUint32(end, crc32(bytes.subarray(place + 4, end)));
    place = end + 4;
  }
  return bytes;
}

/**
 * Undo the rows' filters of an 8-bit picture with one channel.
 * @param {Uint8Array} filtered height rows of one filter byte and `width` values.
 * @returns {Uint8Array} height rows of `width` values.
 */
export function unfilter(filtered, width, height) {
  if (filtered.length !== height * (width + 1)) {
    throw new Error('This PNG has too few or too many pixels.');
  }
  const values = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const kind = filtered[row * (width + 1)];
    const source = filtered.subarray(row * (width + 1) + 1, (row + 1) * (width + 1));
    const target = values.subarray(row * width, (row + 1) * width);
    const above = row ? values.subarray((row - 1) * width, row * width) : new Uint8Array(width);
    unfilterRow(kind, source, target, above);
  }
  return values;
}

/** Return height rows of one filter byte ("none") and `width` values. */
export function filterNone(values, width, height) {
  const filtered = new Uint8Array(height * (width + 1));
  for (let row = 0; row < height; row++) {
    filtered.set(values.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return filtered;
}

export function inflate(bytes) {
  return through(new DecompressionStream('deflate'), bytes);
}

export function deflate(bytes) {
  return through(new CompressionStream('deflate'), bytes);
}

/** Send bytes through a stream; no Blob or Response on the way, which take longer than the work itself. */
async function through({ readable, writable }, bytes) {
  const writer = writable.getWriter();
  const written = Promise.all([writer.write(bytes), writer.close()]);
  written.catch(() => {}); // the reader hears of it
  const reader = readable.getReader();
  const parts = [];
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
  }
  await written;
  return joined(parts);
}

function unfilterRow(kind, source, target, above) {
  if (kind === NONE) {
    target.set(source);
    return;
  }
  const predict = PREDICTORS[kind];
  if (!predict) {
    throw new Error(`This PNG has an unknown filter, ${kind}.`);
  }
  let left = 0;
  let corner = 0;
  for (let x = 0; x < source.length; x++) {
    target[x] = source[x] + predict(left, above[x], corner);
    left = target[x];
    corner = above[x];
  }
}

const PREDICTORS = {
  [SUB]: (left) => left,
  [UP]: (left, above) => above,
  [AVERAGE]: (left, above) => (left + above) >> 1,
  [PAETH]: paeth,
};

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const toLeft = Math.abs(guess - left);
  const toAbove = Math.abs(guess - above);
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) {
    return left;
  }
  return toAbove <= toCorner ? above : corner;
}
