/** One model's picture: the frame with the model's labels over it. */

import { el } from '../shared/element.js';
import { paintLabels } from './paint.js';

const CROSS = 14; // pixels from the middle of the cross to its ends

export class Pane {
  /**
   * @param {Object} value the run.
   * @param {Object} variant the model.
   * @param {Object} words
   * @param {{click: function(x, y), download: function(button), repair: function()}} actions
   */
  constructor(value, variant, words, actions) {
    const { width, height } = value;
    this.variant = variant;
    this.canvas = el('canvas', {
      width,
      height,
      role: 'img',
      'data-variant': variant.name,
      'aria-label': `${variant.title}: ${words.pane}`,
      title: words.click_pixel,
      onclick: (event) => actions.click(...this.#pixelAt(event)),
    });
    this.context = this.canvas.getContext('2d');
    this.layer = new OffscreenCanvas(width, height);
    this.pixels = new ImageData(width, height);
    this.pace = el('small', { class: 'pace' });
    this.node = el(
      'figure',
      { 'data-variant': variant.name },
      this.canvas,
      el(
        'figcaption',
        {},
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

  /**
   * Draw a frame.
   * @param {number} index
   * @param {ImageBitmap} picture
   * @param {Uint8Array} ids
   * @param {Object} how see `paintLabels`; also `cross`, the clicked pixel {x, y} or null.
   */
  draw(index, picture, ids, how) {
    const { width, height } = this.canvas;
    paintLabels(this.pixels.data, ids, { ...how, width });
    this.layer.getContext('2d').putImageData(this.pixels, 0, 0);
    this.context.drawImage(picture, 0, 0, width, height);
    this.context.drawImage(this.layer, 0, 0);
    if (how.cross) {
      this.#drawCross(how.cross);
    }
    this.canvas.dataset.frame = index;
  }

  #drawCross({ x, y }) {
    for (const [colour, width] of [
      ['#000', 5],
      ['#fff', 2],
    ]) {
      this.context.strokeStyle = colour;
      this.context.lineWidth = width;
      this.context.beginPath();
      this.context.moveTo(x - CROSS, y);
      this.context.lineTo(x + CROSS, y);
      this.context.moveTo(x, y - CROSS);
      this.context.lineTo(x, y + CROSS);
      this.context.stroke();
    }
  }

  #pixelAt(event) {
    const shown = this.canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - shown.left) / shown.width) * this.canvas.width);
    const y = Math.floor(((event.clientY - shown.top) / shown.height) * this.canvas.height);
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
    { class: 'repair-here', title: words.repair_help, onclick: actions.repair },
    words.repair,
  );
}
