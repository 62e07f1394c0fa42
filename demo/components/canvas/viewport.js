/** Where the picture lies on the stage: zoom and pan. Places on the stage are [x, y] from its corner. */

import { clamp } from '../shared/numbers.js';

const ZOOMS = [1, 16];

export class Viewport {
  #room;
  #pan = [0, 0];

  /** @param {function(): {width: number, height: number}} room measures the stage. */
  constructor(room) {
    this.#room = room;
    this.zoom = 1;
    this.size = { width: 1, height: 1 };
  }

  /** Show a whole picture of a size. */
  open(size) {
    this.size = size;
    this.zoom = 1;
    this.#pan = [0, 0];
  }

  /** Pixels of the stage for one of the picture. */
  get scale() {
    const { width, height } = this.#room();
    return Math.min(width / this.size.width, height / this.size.height) * this.zoom;
  }

  /** Where the picture's corner lies; it fills the stage if it is large enough, else it is in the middle. */
  get corner() {
    const room = this.#room();
    const { scale } = this;
    this.#pan = [
      settle(this.#pan[0], room.width, this.size.width * scale),
      settle(this.#pan[1], room.height, this.size.height * scale),
    ];
    return this.#pan;
  }

  /** Return the place of the picture under a place of the stage. */
  toPicture([x, y]) {
    const [left, top] = this.corner;
    return [(x - left) / this.scale, (y - top) / this.scale];
  }

  /** Zoom, with the picture held at a place of the stage (its middle if none is given). */
  zoomTo(zoom, at = this.#middle()) {
    const [x, y] = this.toPicture(at);
    this.zoom = clamp(zoom, ...ZOOMS);
    this.#pan = [at[0] - x * this.scale, at[1] - y * this.scale];
  }

  move(dx, dy) {
    const [x, y] = this.corner;
    this.#pan = [x + dx, y + dy];
  }

  /** Follow one of two fingers from a place to another while the second one stays. */
  pinch(from, to, other) {
    const far = ([x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
    const middle = [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2];
    this.zoomTo((this.zoom * far(to)) / far(from), middle);
    this.#pan = [this.#pan[0] + (to[0] - from[0]) / 2, this.#pan[1] + (to[1] - from[1]) / 2];
  }

  #middle() {
    const { width, height } = this.#room();
    return [width / 2, height / 2];
  }
}

function settle(pan, room, size) {
  return size <= room ? (room - size) / 2 : clamp(pan, room - size, 0);
}
