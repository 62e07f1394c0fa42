/** The stage: the frame, the labels over it, and what is being drawn. */

import { el } from '../shared/element.js';
import { paintLayer } from './layer.js';
import { Viewport } from './viewport.js';

const SMOOTH_BELOW = 3; // larger pixels are shown as squares
const DOT = 4; // radius of a polygon's corner, in pixels of the stage

export class Stage {
  #waiting = false;
  #layer = new OffscreenCanvas(1, 1);
  #pixels = null;

  /**
   * @param {string} label
   * @param {Object<number, Array<number>>} colours RGB of each id.
   * @param {function(): Object|null} scene what to draw: {outlines, dots, circle} with places of the picture.
   */
  constructor(label, colours, scene) {
    this.colours = colours;
    this.scene = scene;
    this.picture = null;
    this.opacity = 0.55;
    this.node = el('canvas', { class: 'stage', tabindex: 0, role: 'application', 'aria-label': label });
    this.viewport = new Viewport(() => ({ width: this.node.clientWidth, height: this.node.clientHeight }));
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
    context.globalAlpha = this.opacity;
    context.drawImage(this.#layer, 0, 0);
    context.globalAlpha = 1;
    this.#drawScene(context, 1 / scale);
  }

  #drawScene(context, line) {
    const { outlines, dots, circle } = this.scene();
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

/** Draw a path black and, narrower, white: it is seen on every ground. */
function strokeTwice(context, line, path) {
  for (const [colour, width] of [
    ['#000', 4],
    ['#fff', 2],
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
