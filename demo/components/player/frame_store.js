/** The frames of one run, decoded: pictures and labels, loaded once and kept while they are near. */

import { fileUrl } from '../shared/files.js';
import { decodeLabels } from '../shared/label_png.js';
import { Recent } from '../shared/recent.js';
import { toRuns } from '../shared/run_length.js';
import { FrameFiles } from './frame_files.js';

const ROOM = 128e6; // bytes of decoded pictures: an example's are 44e6; labels are small beside them
const LEAST = 12; // frames that are kept whatever their size
const AHEAD = 4; // frames that are decoded before they are shown
const PIXEL = 4; // bytes of a picture's pixel

export class FrameStore {
  #value = null;
  #version = 0; // another one when labels may have been replaced
  #frames = new Recent(LEAST);
  #truths = new Recent(LEAST);
  #pictureFiles = null;
  #labelFiles = null; // of all models
  #truthFiles = null;

  /** Show a run, or more of the one that is shown; forget what belongs to another one. */
  open(value, isFresh) {
    if (isFresh) {
      this.#forget();
      this.#openClip(value);
    } else if (value.rewrites || this.#value.rewrites) {
      this.#version += 1;
    }
    this.#openLabels(value);
    this.#value = value;
  }

  /** Tell whether a frame can be shown without waiting for the network. */
  has(index, withTruth) {
    const isThere =
      this.#frames.has(this.#key(index)) || (this.#pictureFiles.has(index) && this.#labelFiles.has(index));
    return isThere && (!withTruth || this.#truths.has(index) || this.#truthFiles.has(index));
  }

  /** Return a frame: its `picture`, and its `labels` by each of the models (see `toRuns`). */
  frame(index) {
    const files = [this.#pictureFiles, this.#labelFiles];
    return this.#frames.get(this.#key(index), async () => {
      const [[picture], masks] = await Promise.all(files.map((one) => one.files(index)));
      const [bitmap, ...decoded] = await Promise.all([toBitmap(picture), ...masks.map(decodeLabels)]);
      return { picture: bitmap, labels: decoded.map(({ ids }) => toRuns(ids)) };
    });
  }

  /**
   * Return the exact labels of a frame (see `toRuns`), null where they are not known. Objects that the run
   * does not follow count as background.
   */
  truth(index) {
    const { objects } = this.#value;
    return this.#truths.get(index, async () => {
      const [mask] = await this.#truthFiles.files(index);
      if (!mask.length) {
        return null;
      }
      return toRuns(keepObjects((await decodeLabels(mask)).ids, objects));
    });
  }

  /** Begin to load what will be shown soon if the frame `index` is shown now. */
  prefetch(index, last, withTruth) {
    const at = (ahead) => (index + ahead) % (last + 1);
    const wanted = [index, at(Math.ceil(this.#value.chunk / 2))];
    const needed = [this.#pictureFiles, this.#labelFiles, ...(withTruth ? [this.#truthFiles] : [])];
    needed.forEach((files) => files.want(wanted));
    for (let ahead = 1; ahead <= Math.min(AHEAD, last); ahead++) {
      this.frame(at(ahead)).catch(() => {}); // what fails is tried again when it is shown
      if (withTruth) {
        this.truth(at(ahead)).catch(() => {});
      }
    }
  }

  #key(index) {
    return `${this.#version} ${index}`;
  }

  #forget() {
    for (const files of [this.#pictureFiles, this.#labelFiles, this.#truthFiles]) {
      files?.close();
    }
    this.#frames.clear();
    this.#truths.clear();
    this.#labelFiles = null;
  }

  #openClip({ width, height, chunk, total, previews, truth }) {
    const most = Math.max(LEAST, Math.floor(ROOM / (width * height * PIXEL)));
    this.#frames = new Recent(most, ({ picture }) => picture.close());
    this.#truths = new Recent(most);
    const layout = { perFrame: 1, length: chunk, total, done: total };
    this.#pictureFiles = new FrameFiles(fileUrl(previews), layout);
    this.#truthFiles = new FrameFiles(fileUrl(truth), layout);
  }

  /** Labels have another address once the run has ended. What may be replaced is not loaded in chunks. */
  #openLabels({ labels, variants, chunk, total, state, rewrites }) {
    const url = fileUrl(labels);
    if (this.#labelFiles?.url !== url) {
      this.#labelFiles?.close();
      this.#labelFiles = new FrameFiles(url, {});
    }
    const done = Math.min(...variants.map((variant) => variant.done));
    this.#labelFiles.layout = {
      perFrame: variants.length,
      length: chunk,
      total: state === 'running' ? total : done,
      done: rewrites ? 0 : done,
    };
  }
}

function toBitmap(jpeg) {
  return createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }), { colorSpaceConversion: 'none' });
}

function keepObjects(ids, objects) {
  const followed = new Uint8Array(256);
  for (const { id } of objects) {
    followed[id] = id;
  }
  for (let i = 0; i < ids.length; i++) {
    ids[i] = followed[ids[i]];
  }
  return ids;
}
