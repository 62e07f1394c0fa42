/** What the chosen tool needs: brush size, whether a click adds, the end of a polygon; and the opacity. */

import { el } from '../shared/element.js';
import { RadioGroup } from '../shared/radio_group.js';
import { SIZES } from './tools.js';

export class BrushBar {
  /**
   * @param {Object} words
   * @param {{size: number, opacity: number}} start opacity from 0 to 1.
   * @param {{setSize, setOpacity, setAdds, closePolygon, cancel}} actions the setters are given the new value.
   */
  constructor(words, { size, opacity }, actions) {
    this.signs = new RadioGroup(
      { class: 'group signs', 'aria-label': words.sign },
      [
        ['add', { 'data-sign': 'add', title: words.add_help }, words.add],
        ['not', { 'data-sign': 'not', title: words.not_help }, words.not],
      ],
      (sign) => actions.setAdds(sign === 'add'),
    );
    this.size = slider('size', SIZES, size, actions.setSize);
    this.opacity = slider('opacity', [0, 100], 100 * opacity, (percent) => actions.setOpacity(percent / 100));
    this.sizes = el('label', {}, words.size, this.size);
    this.fill = el('button', { onclick: actions.closePolygon }, words.fill);
    this.cancel = el('button', { onclick: actions.cancel }, words.cancel);
    this.polygon = el('span', { class: 'group' }, this.fill, this.cancel);
    this.node = el(
      'div',
      { class: 'brush-bar' },
      this.signs.node,
      this.polygon,
      this.sizes,
      el('label', {}, words.opacity, this.opacity),
    );
  }

  /** Show what the chosen tool needs; nothing comes or goes while it is used, or the stage would move. */
  show({ tool, paints, hints, adds, size, polygon }) {
    this.polygon.hidden = tool !== 'polygon';
    this.fill.disabled = polygon.length < 3;
    this.cancel.disabled = !polygon.length;
    this.sizes.hidden = !paints;
    this.signs.node.hidden = !hints;
    this.signs.check(adds ? 'add' : 'not');
    this.size.value = size;
  }
}

function slider(kind, [min, max], value, change) {
  const input = el('input', { type: 'range', min, max, value, class: kind });
  input.addEventListener('input', () => change(Number(input.value)));
  return input;
}
