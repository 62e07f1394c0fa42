/** What the chosen tool does with the pointer. A place is [x, y] in pixels of the frame. */

import { clamp } from '../shared/numbers.js';
import { drawLine } from './raster.js';

export const SIZES = [2, 120]; // the brush's diameter in pixels of the frame
const CLOSE = 8; // pixels of the stage: a click this near to a polygon's first corner closes it

export class Tools {
  /**
   * @param {Object} actions
   * @param {function(): boolean} actions.canDraw
   * @param {function(): Object} actions.painting the labels of the frame.
   * @param {function(): number} actions.scale pixels of the stage for one of the frame.
   * @param {function(Object=)} actions.paint shows labels that changed, in a box.
   * @param {function()} actions.draw shows what is being drawn.
   * @param {function()} actions.refresh shows the tools.
   * @param {function(Uint8Array)} actions.keep takes the ids before a stroke that is done.
   * @param {function(Array)} actions.fillPolygon takes the polygon's corners.
   * @param {function(Array, Array)} actions.cutBox takes two opposite corners.
   * @param {function({path: Array, target: number, adds: boolean})} actions.addHint takes a click or a scribble.
   * @param {function(): Array<Object>} actions.waiting what GrabCut has still to answer: {outline} or {hint} each.
   */
  constructor(actions) {
    this.actions = actions;
    this.tool = 'brush';
    this.target = 1;
    this.size = 18;
    this.adds = true; // whether clicks and scribbles are on the object, or beside it
    this.cursor = null;
    this.polygon = [];
    this.stroke = null;
    this.atRest = []; // called when no stroke is being drawn
  }

  get paints() {
    return this.tool === 'brush' || this.tool === 'eraser';
  }

  /** Whether the tool tells GrabCut what belongs to the object. */
  get hints() {
    return this.tool === 'click' || this.tool === 'scribble';
  }

  /** Whether something was begun that `cancel` takes back. */
  get hasBegun() {
    return this.stroke !== null || this.polygon.length > 0;
  }

  /** Wait until no stroke is being drawn. */
  rest() {
    return this.stroke ? new Promise((resolve) => this.atRest.push(resolve)) : Promise.resolve();
  }

  setTool(tool) {
    this.tool = tool;
    this.cancel();
  }

  setSize(size) {
    this.size = clamp(size, ...SIZES);
    this.actions.draw();
  }

  setAdds(adds) {
    this.adds = adds;
    this.actions.refresh();
  }

  setTarget(target) {
    this.target = target;
    this.actions.refresh();
  }

  /** Move the cursor by [x, y] within the frame, as the arrow keys do. */
  moveCursor([dx, dy]) {
    const { width, height } = this.actions.painting().size;
    const [x, y] = this.cursor ?? [width / 2, height / 2];
    this.cursor = [clamp(x + dx, 0, width), clamp(y + dy, 0, height)];
    this.move(this.cursor);
    this.actions.draw();
  }

  beginAtCursor() {
    this.moveCursor([0, 0]);
    this.begin(this.cursor);
  }

  begin(place) {
    if (!this.actions.canDraw()) {
      return;
    }
    if (this.tool === 'polygon') {
      this.#addCorner(place);
      return;
    }
    this.stroke = { start: place, last: place, path: [place], before: this.actions.painting().ids.slice() };
    this.#dab(place);
    this.actions.draw();
  }

  move(place) {
    if (!this.stroke) {
      return;
    }
    this.#dab(place);
    this.stroke.last = place;
    this.stroke.path.push(place);
  }

  end() {
    const { stroke } = this;
    if (!stroke) {
      return;
    }
    this.stroke = null;
    if (this.tool === 'box') {
      this.actions.cutBox(stroke.start, stroke.last);
    } else if (this.hints) {
      this.actions.addHint(this.#hintOf(stroke));
    } else {
      this.actions.keep(stroke.before);
    }
    this.#settle();
    this.actions.draw();
  }

  /** Take back a stroke that was begun: it was not meant, or the frame changes. */
  abandon() {
    if (this.stroke) {
      this.actions.painting().ids = this.stroke.before;
      this.stroke = null;
      this.actions.paint();
      this.#settle();
    }
  }

  /** Take back what was begun, a polygon too. */
  cancel() {
    this.polygon = [];
    this.abandon();
    this.actions.refresh();
  }

  closePolygon() {
    const { polygon } = this;
    this.polygon = [];
    if (polygon.length > 2) {
      this.actions.fillPolygon(polygon);
    }
    this.actions.refresh();
  }

  /** Return what is drawn over the frame, see `Stage`. */
  scene() {
    const { stroke, cursor, polygon } = this;
    const waiting = this.actions.waiting();
    const outlines = waiting.map(({ outline }) => outline).filter(Boolean);
    const hints = waiting.map(({ hint }) => hint).filter(Boolean);
    if (polygon.length) {
      outlines.push(cursor ? [...polygon, cursor] : polygon);
    }
    if (stroke && this.tool === 'box') {
      outlines.push(rectangle(stroke.start, stroke.last));
    }
    if (this.hints) {
      hints.push(...(this.actions.painting()?.hints ?? []), ...(stroke ? [this.#hintOf(stroke)] : []));
    }
    const circle = cursor && this.paints ? { place: cursor, radius: this.size / 2 } : null;
    return { outlines, hints, dots: polygon, circle };
  }

  /** Tell those who wait that no stroke is being drawn. */
  #settle() {
    this.atRest.splice(0).forEach((resolve) => resolve());
  }

  #hintOf({ start, path }) {
    return { path: this.tool === 'click' ? [start] : path, target: this.target, adds: this.adds };
  }

  #addCorner(place) {
    const [first] = this.polygon;
    const near = first && Math.hypot(first[0] - place[0], first[1] - place[1]) < CLOSE / this.actions.scale();
    if (near && this.polygon.length > 2) {
      this.closePolygon();
    } else {
      this.polygon.push(place);
      this.actions.refresh();
    }
  }

  #dab(place) {
    if (this.paints) {
      const { ids, size } = this.actions.painting();
      const pen = { thickness: this.size, id: this.tool === 'brush' ? this.target : 0 };
      this.actions.paint(drawLine(ids, size, this.stroke.last, place, pen));
    }
  }
}

/** Return the closed outline of the box between two corners. */
export function rectangle([ax, ay], [bx, by]) {
  return [
    [ax, ay],
    [bx, ay],
    [bx, by],
    [ax, by],
    [ax, ay],
  ];
}
