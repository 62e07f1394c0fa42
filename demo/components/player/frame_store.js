/** The pictures and the labels of one run's frames, loaded once and kept while they are near. */

import { fetchBitmap, fetchBytes, fileUrl, frameName } from '../shared/files.js';
import { decodeLabels } from '../shared/label_png.js';
import { Recent } from '../shared/recent.js';

const KEPT = 160; // pictures and labels together

export class FrameStore {
  #kept = new Recent(KEPT);
  #value = null;
  #version = 0;

  /** Show a run; forget what belongs to another one. A repair rewrites frames while it works. */
  open(value, isFresh) {
    this.#value = value;
    if (isFresh) {
      this.#kept.clear();
    }
    if (isBeingRepaired(value)) {
      this.#version += 1;
    }
  }

  /** Return the picture of a frame. */
  picture(index) {
    const url = fileUrl(`${this.#value.previews}/${frameName(index)}.jpg`);
    return this.#get(url, () => fetchBitmap(url));
  }

  /** Return the ids of a frame, Uint8Array; objects that the run does not follow count as background. */
  labels(folder, index) {
    const version = isBeingRepaired(this.#value) ? `?v=${this.#version}` : '';
    const url = fileUrl(`${folder}/${frameName(index)}.png${version}`);
    const { objects } = this.#value;
    return this.#get(url, async () => {
      const { ids } = await decodeLabels(await fetchBytes(url));
      return keepObjects(ids, objects);
    });
  }

  /** Begin to load a frame that will be shown soon. */
  prefetch(index) {
    const folders = this.#value.variants.map((variant) => variant.labels);
    const wanted = [this.picture(index), ...folders.map((folder) => this.labels(folder, index))];
    Promise.allSettled(wanted); // what fails is tried again when it is shown
  }

  #get(url, load) {
    return this.#kept.get(`${this.#value.stamp} ${url}`, load); // two runs may have files of the same name
  }
}

function isBeingRepaired(value) {
  return value.repairs && value.state === 'running';
}

function keepObjects(ids, objects) {
  const followed = new Uint8Array(256);
  for (const { id } of objects) {
    followed[id] = id;
  }
  return ids.map((id) => followed[id]);
}
