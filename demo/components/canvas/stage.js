/** The stage: the frame, the labels over it, and what is being drawn. */

import { el } from '../shared/element.js';
import { paintLayer } from './layer.js';
import { Viewport } from './viewport.js';

const SMOOTH_BELOW = 3; // larger pixels are shown as squares
const DOT = 4; // radius of a polygon's corner, in pixels of the stage
const SIGN = 8; // radius of a hint's sign, in pixels of the stage
const RIM = 1.5; // width of the line around the labels, in pixels of the stage: thin masks are seen by it
const SOLID = 4; // times that proposals, which are seen through, are cut out of the rim
const AROUND = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x * RIM, y * RIM]));
const ADDS = '#0072b2';
const TAKES = '#d55e00';

export class Stage {
  #waiting = false;
  #layer = new OffscreenCanvas(1, 1);
  #pixels = null;
  #rim = new OffscreenCanvas(1, 1);

  /**
   * @param {string} label
   * @param {Object<number, Array<number>>} colours RGB of each id.
   * @param {function(): Object|null} scene what to draw, with places of the picture: {outlines, hints, dots, circle}.
   */
  constructor(label, colours, scene) {
    this.colours = colours;
    this.scene = scene;
    this.picture = null;
    this.opacity = 0.55;
    this.room = el('div', { class: 'stage-room' });
    this.node = el('canvas', { class: 'stage', tabindex: 0, role: 'application', 'aria-label': label });
    this.viewport = new Viewport(() => ({ width: this.node.clientWidth, height: this.node.clientHeight }));
    this.room.append(this.node);
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  /** Get ready for a clip whose frames have this size. */
  open(size) {
    this.picture = null;
    this.viewport.open(size);
    this.#layer.width = size.width;
    this.#layer.height = size.height;
    this.#pixels = new ImageData(size.width, size.height);
    this.node.style.aspectRatio = `${size.width} / ${size.height}`;
    this.node.style.setProperty('--ratio', size.width / size.height);
  }

  /** Show the labels more (1) or less (0). */
  setOpacity(opacity) {
    this.opacity = opacity;
    this.draw();
  }

  /** Show what changed of the labels, in a box or everywhere. */
  paint(painting, box = { x0: 0, y0: 0, x1: painting.size.width, y1: painting.size.height }) {
    const { x0, y0, x1, y1 } = paintLayer(this.#pixels.data, painting, this.colours, box);
    this.#layer.getContext('2d').putImageData(this.#pixels, 0, 0, x0, y0, x1 - x0, y1 - y0);
    this.draw();
  }

  /** Draw everything before the screen is shown next. */
  draw() {
    if (!this.#waiting) {
      this.#waiting = true;
      requestAnimationFrame(() => {
        this.#waiting = false;
        this.#render();
      });
    }
  }

  #render() {
    const { node, viewport } = this;
    if (!this.#pixels || !node.clientWidth) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const context = node.getContext('2d');
    node.width = Math.round(node.clientWidth * ratio);
    node.height = Math.round(node.clientHeight * ratio);
    const { scale } = viewport;
    const [x, y] = viewport.corner;
    context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
    context.imageSmoothingEnabled = scale < SMOOTH_BELOW;
    if (this.picture) {
      context.drawImage(this.picture, 0, 0, viewport.size.width, viewport.size.height);
    }
    if (this.opacity) {
      this.#drawRim(context);
      context.globalAlpha = this.opacity;
      context.drawImage(this.#layer, 0, 0);
      context.globalAlpha = 1;
    }
    this.#drawScene(context, 1 / scale);
  }

  /** Draw a line around what is marked, as wide on the screen at every zoom. */
  #drawRim(context) {
    const { width, height } = this.node;
    Object.assign(this.#rim, { width, height });
    const rim = this.#rim.getContext('2d');
    const place = context.getTransform();
    const ratio = window.devicePixelRatio || 1;
    for (const [x, y] of AROUND) {
      rim.setTransform(place.a, 0, 0, place.d, place.e + x * ratio, place.f + y * ratio);
      rim.drawImage(this.#layer, 0, 0);
    }
    rim.globalCompositeOperation = 'source-in';
    rim.resetTransform();
    rim.fillStyle = '#fff';
    rim.fillRect(0, 0, width, height);
    rim.globalCompositeOperation = 'destination-out';
    rim.setTransform(place);
    for (let time = 0; time < SOLID; time++) {
      rim.drawImage(this.#layer, 0, 0);
    }
    context.resetTransform();
    context.drawImage(this.#rim, 0, 0);
    context.setTransform(place);
  }

  #drawScene(context, line) {
    const { outlines, hints, dots, circle } = this.scene();
    for (const hint of hints) {
      drawHint(context, line, hint);
    }
    for (const outline of outlines) {
      strokeTwice(context, line, () => trace(context, outline));
    }
    for (const [x, y] of dots) {
      strokeTwice(context, line, () => context.arc(x, y, DOT * line, 0, 2 * Math.PI));
    }
    if (circle) {
      const [x, y] = circle.place;
      strokeTwice(context, line, () => context.arc(x, y, circle.radius, 0, 2 * Math.PI));
    }
  }
}

/** Draw where a visitor said what belongs to the object: a line and a plus, or a minus. */
function drawHint(context, line, { path, adds }) {
  const [x, y] = path[0];
  const arm = SIGN * 0.55 * line;
  strokeTwice(context, line, () => trace(context, path), ['#fff', adds ? ADDS : TAKES]);
  context.fillStyle = adds ? ADDS : TAKES;
  context.beginPath();
  context.arc(x, y, SIGN * line, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = '#fff';
  context.lineWidth = 2 * line;
  context.stroke();
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  if (adds) {
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
  }
  context.stroke();
}

/** Draw a path black and, narrower, white: it is seen on every ground. */
function strokeTwice(context, line, path, [below, above] = ['#000', '#fff']) {
  for (const [colour, width] of [
    [below, 4],
    [above, 2],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = width * line;
    context.beginPath();
    path();
    context.stroke();
  }
}

function trace(context, places) {
  places.forEach(([x, y], number) => (number ? context.lineTo(x, y) : context.moveTo(x, y)));
}
