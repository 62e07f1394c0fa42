/** What a tool can be set to: brush size, opacity of the labels, and whether a click adds or takes away. */

import { el } from '../shared/element.js';
import { RadioGroup } from '../shared/radio_group.js';
import { SIZES } from './tools.js';

export class BrushBar {
  /**
   * @param {Object} words
   * @param {{size: number, opacity: number}} start opacity from 0 to 1.
   * @param {{setSize, setOpacity, setAdds}} actions each is given the new value.
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
    this.node = el(
      'div',
      { class: 'brush-bar' },
      this.signs.node,
      this.sizes,
      el('label', {}, words.opacity, this.opacity),
    );
  }

  /** Show what the chosen tool can be set to. */
  show({ paints, hints, adds, size }) {
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
