/** What the inside is shown of: one or two models, an object, and how channels become a picture. */

import { choice, el, setOptions } from '../shared/element.js';

export class Pickers {
  /** @param {Object<string, function>} actions `first`, `second`, `target`, `reduction`, `scale`: take the value. */
  constructor(words, actions) {
    this.words = words;
    this.first = choice({ class: 'first-model', 'aria-label': words.model }, [], actions.first);
    this.second = choice({ class: 'second-model', 'aria-label': words.beside }, [], actions.second);
    this.target = choice({ class: 'target', 'aria-label': words.object }, [], (id) =>
      actions.target(Number(id)),
    );
    this.reduction = choice({ class: 'reduction', 'aria-label': words.reduction }, [], actions.reduction);
    const scales = [
      ['unit', words.unit_scale],
      ['clip', words.clip_scale],
    ];
    this.scale = choice({ class: 'gate-scale', 'aria-label': words.scale }, scales, actions.scale);
    this.nodes = [
      labelled(words.model, this.first),
      labelled(words.beside, this.second),
      labelled(words.object, this.target),
      labelled(words.reduction, this.reduction, words.reduction_help),
      labelled(words.scale, this.scale, words.scale_help),
    ];
  }

  /** Offer what a run has, and show what is chosen. */
  offer({ variants, objects, channels }, { models, target, reduction, scale }) {
    const { words } = this;
    const names = variants.map(({ name, title }) => [name, title]);
    const numbered = Array.from({ length: channels }, (_, channel) => [
      channel,
      `${words.channel} ${channel}`,
    ]);
    setOptions(this.first, names);
    setOptions(this.second, [['', words.alone], ...names]);
    setOptions(
      this.target,
      objects.map(({ id, name }) => [id, name ? `${id} · ${name}` : String(id)]),
    );
    setOptions(this.reduction, [['pca', words.pca], ['mean', words.mean], ['max', words.max], ...numbered]);
    [this.first.value, this.second.value] = models;
    this.target.value = target;
    this.reduction.value = reduction;
    this.scale.value = scale;
  }

  /** Say beside each channel which labels of the models on show use it; `uses` holds the words, by channel. */
  tellUses(uses) {
    const { words, reduction } = this;
    uses.forEach((use, channel) => {
      const option = reduction.querySelector(`option[value="${channel}"]`);
      if (option) {
        option.textContent = `${words.channel} ${channel} (${use || words.dead})`;
      }
    });
  }
}

function labelled(label, select, title = null) {
  return el('label', { class: 'pick', title }, el('span', {}, label), select);
}
