/** What the chosen tool does with the pointer. A place is [x, y] in pixels of the frame. */

import { clamp } from '../shared/numbers.js';
import { drawLine } from './raster.js';

const SIZES = [2, 120]; // the brush's diameter in pixels of the frame
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
   * @param {function(Array)} actions.cutScribble takes a path.
   */
  constructor(actions) {
    this.actions = actions;
    this.tool = 'brush';
    this.target = 1;
    this.size = 18;
    this.cursor = null;
    this.polygon = [];
    this.stroke = null;
  }

  get paints() {
    return this.tool === 'brush' || this.tool === 'eraser';
  }

  setTool(tool) {
    this.tool = tool;
    this.cancel();
  }

  setSize(size) {
    this.size = clamp(size, ...SIZES);
    this.actions.draw();
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
    } else if (this.tool === 'scribble') {
      this.actions.cutScribble(stroke.path);
    } else {
      this.actions.keep(stroke.before);
    }
    this.actions.draw();
  }

  /** Take back a stroke that was begun: it was not meant, or the frame changes. */
  abandon() {
    if (this.stroke) {
      this.actions.painting().ids = this.stroke.before;
      this.stroke = null;
      this.actions.paint();
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
    const outlines = [];
    if (polygon.length) {
      outlines.push(cursor ? [...polygon, cursor] : polygon);
    }
    if (stroke && this.tool === 'box') {
      outlines.push(rectangle(stroke.start, stroke.last));
    }
    if (stroke && this.tool === 'scribble') {
      outlines.push(stroke.path);
    }
    const circle = cursor && this.paints ? { place: cursor, radius: this.size / 2 } : null;
    return { outlines, dots: polygon, circle };
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

function rectangle([ax, ay], [bx, by]) {
  return [
    [ax, ay],
    [bx, ay],
    [bx, by],
    [ax, by],
    [ax, ay],
  ];
}
