/**
 * One model's picture: the frame with the model's labels over it. The canvas has the screen's own pixels, so that lines
 * and words are as fine as the screen can show them, whatever the size of the frame.
 */

import { el } from '../shared/element.js';
import { Contours } from './contours.js';
import { drawArrow, drawCross, drawObjects } from './ink.js';
import { swatch } from './marks.js';
import { paintBoundary } from './boundary.js';
import { paintDifference, paintMask } from './paint.js';

export class Pane {
  /**
   * @param {Object} value the run.
   * @param {Object} variant the model.
   * @param {Object} words
   * @param {{click: function(x, y), key: function(event), download: function(button), repair: function()}} actions
   */
  constructor(value, variant, words, actions) {
    const { width, height } = value;
    const isAlone = value.variants.length === 1;
    Object.assign(this, { variant, width, height });
    this.canvas = el('canvas', {
      width,
      height,
      style: `aspect-ratio: ${width} / ${height}`,
      role: 'button',
      tabindex: 0,
      'data-variant': variant.name,
      'aria-label': `${variant.title}: ${words.pane}`,
      'aria-description': words.pane_keys,
      title: words.click_pixel,
      onkeydown: actions.key,
      onclick: (event) => actions.click(...this.#pixelAt(event)),
    });
    this.context = this.canvas.getContext('2d');
    this.contours = new Contours(width, height);
    this.layer = new OffscreenCanvas(width, height); // for views of pixels
    this.size = { scale: 1, ratio: 1 };
    this.pixels = null; // made when such a view is first drawn
    this.pace = el('small', { class: 'pace' });
    this.node = el(
      'figure',
      { 'data-variant': variant.name },
      this.canvas,
      el(
        'figcaption',
        {},
        isAlone ? null : swatch(value.variants.indexOf(variant)),
        el('b', {}, variant.title),
        variant.badge ? el('span', { class: 'badge' }, variant.badge) : null,
        this.pace,
        el(
          'span',
          { class: 'pane-buttons' },
          downloadButton(variant, words, actions),
          value.variants.some(({ imported }) => imported) ? null : repairButton(words, actions),
        ),
      ),
    );
  }

  /** Give the canvas the pixels that it has on the screen; it is empty then. */
  fit() {
    const { canvas, width, height } = this;
    const ratio = window.devicePixelRatio || 1;
    const columns = Math.round(canvas.clientWidth * ratio) || width;
    const rows = Math.max(1, Math.round((columns * height) / width));
    if (canvas.width !== columns || canvas.height !== rows) {
      Object.assign(canvas, { width: columns, height: rows });
    }
    this.size = { scale: columns / width, ratio }; // device pixels for a pixel of the frame, and of the page
  }

  /**
   * Draw a frame.
   * @param {number} index
   * @param {ImageBitmap} picture
   * @param {Uint8Array} ids
   * @param {Object} how
   * @param {'overlay'|'mask'|'contour'|'other'|'truth'|'boundary'} how.view "other" and "truth" show the difference
   *   to `others`, "boundary" where the contours differ from theirs.
   * @param {Uint8Array|null} how.others labels to compare with; null compares with nothing.
   * @param {Object<number, Array<number>>} how.colours RGB of each id.
   * @param {Map} how.looks see `drawObjects`.
   * @param {number} how.opacity of the objects in the overlay, 0..1.
   * @param {{x: number, y: number}|null} how.cross the clicked pixel.
   * @param {Array<number>|null} how.arrow the pixel [x, y] that is pointed at.
   */
  draw(index, picture, ids, how) {
    const { size } = this;
    const { view, looks, cross, arrow } = how;
    this.context.imageSmoothingEnabled = true;
    this.context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    if (view === 'overlay' || view === 'contour') {
      const opacity = view === 'overlay' ? how.opacity : 0;
      drawObjects(this.context, this.contours.of(ids), { looks, opacity, arrow, ...size });
    } else {
      this.#drawPixels(ids, how);
    }
    if (arrow) {
      drawArrow(this.context, arrow, size);
    }
    if (cross) {
      drawCross(this.context, cross, size);
    }
    this.canvas.dataset.frame = index;
  }

  #drawPixels(ids, { view, others, colours }) {
    this.pixels ??= new ImageData(this.width, this.height);
    if (view === 'mask') {
      paintMask(this.pixels.data, ids, colours);
    } else if (view === 'boundary') {
      paintBoundary(this.pixels.data, ids, others ?? ids, this.width);
    } else {
      paintDifference(this.pixels.data, ids, others ?? ids, this.width);
    }
    this.layer.getContext('2d').putImageData(this.pixels, 0, 0);
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(this.layer, 0, 0, this.canvas.width, this.canvas.height);
  }

  #pixelAt(event) {
    const shown = this.canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - shown.left) / shown.width) * this.width);
    const y = Math.floor(((event.clientY - shown.top) / shown.height) * this.height);
    return [x, y];
  }
}

function downloadButton(variant, words, actions) {
  const label = `${words.download}: ${variant.title}`;
  const attributes = { class: 'download', title: words.download, 'aria-label': label };
  return el('button', { ...attributes, onclick: (event) => actions.download(event.currentTarget) }, '⤓');
}

function repairButton(words, actions) {
  return el(
    'button',
    { class: 'repair-here', title: words.repair_help, 'aria-label': words.repair, onclick: actions.repair },
    '✎',
    el('span', {}, words.repair),
  );
}
