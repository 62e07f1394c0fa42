/** The bar over the pictures: play, the frame's slider, view, speed and loop. */

import { choice, el, setOptions } from '../shared/element.js';
import { OTHER, viewsOf } from './views.js';

const SPEEDS = [
  ['0.25', '¼×'],
  ['0.5', '½×'],
  ['1', '1×'],
  ['2', '2×'],
];

export class Controls {
  /**
   * @param {Object} words
   * @param {{play: function(), scrub: function(index), view: function(name), speed: function(factor),
   *   opacity: function(part), loop: function(on)}} actions
   * @param {number} opacity of the objects at first, 0..1.
   */
  constructor(words, actions, opacity) {
    this.words = words;
    this.playButton = el('button', { class: 'play', 'aria-label': words.play, onclick: actions.play }, '▶');
    this.slider = el('input', {
      type: 'range',
      min: 0,
      max: 0,
      value: 0,
      step: 1,
      class: 'scrub',
      'aria-label': words.frame,
      oninput: () => actions.scrub(Number(this.slider.value)),
    });
    this.counter = el('output', { class: 'counter' }, '');
    this.views = choice({ 'aria-label': words.view, class: 'views' }, [], (name) => {
      this.showView(name);
      actions.view(name);
    });
    this.opacity = opacitySlider(words, opacity, actions.opacity);
    const speed = choice({ 'aria-label': words.speed, class: 'speed' }, SPEEDS, (value) =>
      actions.speed(Number(value)),
    );
    speed.value = '1';
    const loop = el('input', { type: 'checkbox', onchange: () => actions.loop(loop.checked) });
    loop.checked = true;
    this.node = el(
      'div',
      { class: 'bar' },
      this.playButton,
      this.slider,
      this.counter,
      this.views,
      this.opacity,
      speed,
      el('label', { class: 'loop' }, loop, ` ${words.loop}`),
    );
  }

  showPlaying(on) {
    this.playButton.textContent = on ? '❚❚' : '▶';
    this.playButton.setAttribute('aria-label', on ? this.words.pause : this.words.play);
  }

  /** Show which frame of the frames up to `last` is on the clock. */
  showFrame(index, last) {
    this.slider.max = Math.max(0, last);
    this.slider.value = index;
    this.counter.textContent = `${index} / ${last}`;
  }

  /** Show which view is chosen; the opacity is that of the overlay alone. */
  showView(name) {
    this.views.value = name;
    this.opacity.hidden = name !== 'overlay';
  }

  /** Offer the views that a run has; the first one is chosen. */
  offerViews(value) {
    const { words } = this;
    const others = value.variants.map(({ name, title }) => [
      `${OTHER}${name}`,
      `${words.difference_to} ${title}`,
    ]);
    const titles = { ...words, ...Object.fromEntries(others), truth: words.difference_to_truth };
    this.opacity.hidden = false;
    setOptions(
      this.views,
      viewsOf(value).map((name) => [name, titles[name]]),
    );
  }
}

/** Make the slider of the objects' opacity, in per cent. */
function opacitySlider(words, opacity, change) {
  const value = Math.round(100 * opacity);
  const attributes = { type: 'range', min: 0, max: 90, step: 5, value };
  const slider = el('input', { ...attributes, oninput: () => change(Number(slider.value) / 100) });
  return el('label', { class: 'opacity', title: words.opacity_help }, words.opacity, slider);
}
