/**
 * Label pictures: object ids (0 is the background) as PNG and back, byte for byte.
 *
 * They never go through a canvas: browsers that guard against fingerprinting add noise to what is read from one.
 */

import { joined } from './bytes.js';
import { deflate, filterNone, inflate, readChunks, unfilter, writeChunks } from './png.js';

const GREY = 0;
const PALETTE = 3;

/**
 * Read ids from an 8-bit grey or palette PNG; a palette picture gives its indices.
 * @param {Uint8Array} bytes
 * @returns {Promise<{width: number, height: number, ids: Uint8Array}>}
 */
export async function decodeLabels(bytes) {
  const chunks = readChunks(bytes);
  const { data: header } = chunks[0];
  const { width, height } = readHeader(header);
  const parts = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  return { width, height, ids: unfilter(await inflate(joined(parts)), width, height) };
}

/**
 * Write ids as an 8-bit grey PNG.
 * @param {{width: number, height: number, ids: Uint8Array}} labels
 * @returns {Promise<Uint8Array>}
 */
export async function encodeLabels({ width, height, ids }) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, GREY, 0, 0, 0], 8);
  return writeChunks([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data: await deflate(filterNone(ids, width, height)) },
    { type: 'IEND', data: new Uint8Array(0) },
  ]);
}

function readHeader(header) {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [depth, colour, , , interlaced] = header.subarray(8);
  if (depth !== 8 || (colour !== GREY && colour !== PALETTE) || interlaced) {
    throw new Error('Labels are 8-bit grey or palette PNGs without interlacing.');
  }
  return { width: view.getUint32(0), height: view.getUint32(4) };
}
