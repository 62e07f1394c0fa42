/** Where a contour is wrong, as the contour accuracy F sees it (llb/evaluation/metrics.py). */

import { coats } from './paint.js';

const BOUND = 0.008; // tolerance, as a share of the picture's diagonal
const LOOKS = { missed: [255, 140, 0], right: [225, 225, 225], wrong: [80, 160, 255] }; // the last one lies on top
const GROUND = [[0, 0, 0], 0.55];

/**
 * Paint the contours of all objects: right, wrong, or missed.
 * @param {Uint8ClampedArray} layer RGBA of an `ImageData`, replaced.
 * @param {Uint8Array} ids the labels.
 * @param {Uint8Array} truth the true ones.
 * @param {number} width of the frame.
 */
export function paintBoundary(layer, ids, truth, width) {
  const pixels = new Uint32Array(layer.buffer);
  pixels.fill(coats(GROUND));
  const found = compareContours(ids, truth, width);
  for (const [kind, rgb] of Object.entries(LOOKS)) {
    const look = coats(GROUND, [rgb, 1]);
    found[kind].forEach((place) => thicken(pixels, place, width, look));
  }
}

/**
 * Sort the contours' pixels: of the labels those near a true contour of the object and the others, and those of the
 * truth that no contour of the labels is near to.
 * @returns {{right: Array<number>, wrong: Array<number>, missed: Array<number>}} places of pixels.
 */
export function compareContours(ids, truth, width) {
  const height = ids.length / width;
  const disk = diskOf(Math.ceil(BOUND * Math.hypot(width, height)));
  const found = { right: [], wrong: [], missed: [] };
  const [ours, theirs] = [contours(ids, width), contours(truth, width)];
  for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, exact] = [ours.get(id) ?? [], theirs.get(id) ?? []];
    const nearTruth = near(exact, disk, { width, height });
    const nearMine = near(mine, disk, { width, height });
    mine.forEach((place) => found[nearTruth[place] ? 'right' : 'wrong'].push(place));
    found.missed.push(...exact.filter((place) => !nearMine[place]));
  }
  return found;
}

/** Return for each object the pixels where its mask differs from the one to the right, below, or below right. */
function contours(ids, width) {
  const height = ids.length / width;
  const found = new Map();
  const note = (id, place) => {
    if (id) {
      found.has(id) ? found.get(id).push(place) : found.set(id, [place]);
    }
  };
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place++) {
      const id = ids[place];
      const right = x + 1 < width ? ids[place + 1] : id;
      const below = y + 1 < height ? ids[place + width] : id;
      const across = x + 1 < width && y + 1 < height ? ids[place + width + 1] : id;
      if (id !== right || id !== below || id !== across) {
        new Set([id, right, below, across]).forEach((each) => note(each, place));
      }
    }
  }
  return found;
}

/** Mark every pixel within a disk of one of some places. */
function near(places, disk, { width, height }) {
  const marked = new Uint8Array(width * height);
  for (const place of places) {
    const x = place % width;
    const y = Math.floor(place / width);
    for (const [dx, dy] of disk) {
      if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) {
        marked[place + dy * width + dx] = 1;
      }
    }
  }
  return marked;
}

/** Return the offsets of a disk's pixels. */
function diskOf(radius) {
  const offsets = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (dx * dx + dy * dy <= radius * radius) {
        offsets.push([dx, dy]);
      }
    }
  }
  return offsets;
}

/** Draw a place two pixels wide, so that it is seen where the picture is shown smaller. */
function thicken(pixels, place, width, look) {
  pixels[place] = look;
  if ((place + 1) % width) {
    pixels[place + 1] = look;
  }
}
