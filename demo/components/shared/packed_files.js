/** Files that the server sends in one answer, each behind its length (demo/page/frame_chunks.py). */

import { joined } from './bytes.js';

const LENGTH = 4; // bytes, the highest first

/**
 * Read files, each as soon as it is whole.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {function(Uint8Array)} take is given one file after the other.
 * @returns {Promise} at the end; it fails if the last file is cut off.
 */
export async function unpackFiles(stream, take) {
  const reader = stream.getReader();
  let rest = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    rest = takeWhole(rest.length ? joined([rest, value]) : value, take);
  }
  if (rest.length) {
    throw new Error('These files are cut off.');
  }
}

/** Give away the files that are whole; return the bytes behind them. */
function takeWhole(bytes, take) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place = 0;
  while (place + LENGTH <= bytes.length) {
    const end = place + LENGTH + view.getUint32(place);
    if (end > bytes.length) {
      break;
    }
    take(bytes.slice(place + LENGTH, end));
    place = end;
  }
  return bytes.subarray(place);
}
