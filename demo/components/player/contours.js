/** The outlines of labelled objects, as closed lines in pixels of the frame. */

const RIGHT = 0; // ways are clockwise: right, down, left, up
const STEP_X = [1, 0, -1, 0];
const STEP_Y = [0, 1, 0, -1];
// From a corner to the pixel ahead at the right hand; the one at the left hand is that of the way before.
const AHEAD_X = [0, -1, -1, 0];
const AHEAD_Y = [0, 0, -1, -1];

/** Finds the outlines in frames of one size. */
export class Contours {
  /**
   * @param {number} width of a frame.
   * @param {number} height
   */
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.seen = new Uint8Array(width * height); // pixels whose upper edge lies on an outline that was found
  }

  /**
   * Return the outlines of each object, holes too: {id: [line, ...]}, where a line is [x0, y0, x1, y1, ...] without its
   * first point at the end. Pixel (x, y) reaches from (x, y) to (x + 1, y + 1); corners are cut by half a pixel.
   * @param {Uint8Array} ids the labels, 0 for none.
   * @returns {Map<number, Array<Array<number>>>}
   */
  of(ids) {
    const { width, seen } = this;
    const found = new Map();
    seen.fill(0);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i];
      if (id === 0 || seen[i] || (i >= width && ids[i - width] === id)) {
        continue;
      }
      if (!found.has(id)) {
        found.set(id, []);
      }
      found.get(id).push(this.#follow(ids, id, i));
    }
    return found;
  }

  /** Walk around an object, which is at the right hand, from the upper edge of a pixel on. */
  #follow(ids, id, start) {
    const { width, seen } = this;
    const [startX, startY] = [start % width, Math.floor(start / width)];
    const line = [];
    let [x, y, way, last] = [startX, startY, RIGHT, -1];
    do {
      if (way === RIGHT) {
        seen[y * width + x] = 1;
      }
      const next = this.#turn(ids, id, x + STEP_X[way], y + STEP_Y[way], way);
      if (way !== last || next !== way) {
        line.push(x + STEP_X[way] / 2, y + STEP_Y[way] / 2); // the middle of the edge; straight runs need but two
      }
      x += STEP_X[way];
      y += STEP_Y[way];
      last = way;
      way = next;
    } while (x !== startX || y !== startY || way !== RIGHT);
    return line;
  }

  /** Return the way to go on at a corner that was reached: keep the object at the right, and diagonal pixels apart. */
  #turn(ids, id, x, y, way) {
    if (this.#idAhead(ids, x, y, way) !== id) {
      return (way + 1) % 4;
    }
    const left = (way + 3) % 4;
    return this.#idAhead(ids, x, y, left) === id ? left : way;
  }

  /** Return the id of a pixel ahead of a corner; 0 outside of the frame. */
  #idAhead(ids, x, y, way) {
    const [column, row] = [x + AHEAD_X[way], y + AHEAD_Y[way]];
    const isInside = column >= 0 && row >= 0 && column < this.width && row < this.height;
    return isInside ? ids[row * this.width + column] : 0;
  }
}
