/**
 * The inside of one or two models at the player's frame: the live diagram, a part in detail, gates, learner, memory.
 * `props.parts` describes the boxes (demo/inside/diagram.py); `server.read` answers questions (demo/inside/server.py).
 */

import { frames, pixels, runs } from '../shared/channels.js';
import { el } from '../shared/element.js';
import { Latest } from '../shared/latest.js';
import { scrollTo } from '../shared/motion.js';
import { isKnown } from '../shared/numbers.js';
import { Retry } from '../shared/retry.js';
import { asker } from '../shared/server.js';
import { pixelHead, pixelSection } from './clicked_pixel.js';
import { about, large } from './detail.js';
import { diagram, glossary } from './diagram.js';
import { overTime } from './over_time.js';
import { Pickers } from './pickers.js';

export function mount({ element, props, server }) {
  const ask = asker((question) => server.read(question), props.words.unreachable);
  const inside = new Inside(element.querySelector('.inside'), props.words, props.parts, ask);
  runs.listen((message) => inside.showRun(message));
  frames.listen((message) => inside.showFrame(message));
  pixels.listen((message) => inside.showPixel(message));
}

class Inside {
  constructor(box, words, parts, ask) {
    Object.assign(this, { box, words, parts });
    this.askServer = ask;
    this.value = null; // the run
    this.index = 0;
    this.models = ['', '']; // names; '' for none
    this.target = 1;
    this.reduction = 'pca';
    this.part = 'gate_transduced';
    this.pixel = null;
    this.figures = [];
    this.everything = false; // whether the next refresh goes beyond the diagram and the detail
    this.looking = null; // the newest request for the clicked pixel
    this.refreshing = new Latest();
    this.retry = new Retry(() => this.#refresh());
    this.pickers = new Pickers(words, {
      first: (name) => this.#choose({ models: [name, this.models[1]] }),
      second: (name) => this.#choose({ models: [this.models[0], name] }),
      target: (target) => this.#choose({ target }),
      reduction: (reduction) => this.#choose({ reduction }),
    });
    this.#lay();
  }

  /** Show a finished run, unless it is shown already. */
  showRun({ value, index }) {
    if (!this.box.isConnected) {
      return;
    }
    const isFresh = this.value?.run !== value.run || this.value.stamp !== value.stamp;
    this.value = value;
    this.#tellImported(value.variants.every(({ imported }) => imported));
    if (!isFresh || this.box.hidden) {
      return;
    }
    const [first, second] = value.variants;
    const models = [first.name, second?.name ?? ''];
    Object.assign(this, { index, models, target: value.shown_object, pixel: null, figures: [] });
    this.pickers.offer(value, this);
    this.looked.replaceChildren(el('p', { class: 'hint' }, this.words.click_pixel));
    this.retry.stop();
    this.#refresh();
  }

  /** Say in one line that results of other programs keep nothing to look into, in the place of all else. */
  #tellImported(isImported) {
    this.box.hidden = isImported;
    this.imported ??= el('p', { class: 'hint', role: 'note' }, this.words.imported);
    isImported ? this.box.before(this.imported) : this.imported.remove();
  }

  /** Go to a frame of the run that is shown; while the player plays, only the diagram goes along. */
  showFrame({ stamp, index, playing }) {
    if (this.value?.stamp !== stamp || !this.box.isConnected || this.box.hidden) {
      return;
    }
    this.index = index;
    this.#refresh({ everything: !playing });
  }

  /** Show where the models look from a pixel; a click on another object asks about that one. */
  showPixel({ stamp, x, y, target }) {
    if (this.value?.stamp !== stamp) {
      return;
    }
    this.pixel = { x, y };
    if (target && target !== this.target) {
      this.pickers.target.value = target;
      this.#choose({ target });
    } else {
      this.#showAttention(this.#subject());
    }
  }

  #choose(changes) {
    Object.assign(this, changes);
    this.#refresh();
  }

  #choosePart(key) {
    this.part = key;
    this.#refresh({ everything: false });
    scrollTo(this.details);
  }

  #refresh({ everything = true } = {}) {
    if (!this.value) {
      return;
    }
    this.everything ||= everything;
    this.refreshing.run(async () => {
      const all = this.everything;
      const subject = this.#subject();
      this.everything = false;
      await this.#showDiagrams(subject);
      await this.#showDetail(subject);
      if (all) {
        await this.#showOverTime(subject);
        await this.#showAttention(subject);
      }
      if (!subject.lacks) {
        this.retry.stop();
      }
    });
  }

  /** Return what is to be shown now; a request keeps to it, and `lacks` tells whether an answer did not come. */
  #subject() {
    const { value, index, target, reduction, part, pixel } = this;
    const chosen = this.models.filter((name) => name);
    const models = chosen.map((name) => value.variants.find((variant) => variant.name === name));
    return { value, index, target, reduction, part, pixel, models, lacks: false };
  }

  /** Tell whether the run of a request is the one that is shown. */
  #isShown({ value }) {
    return this.value.stamp === value.stamp;
  }

  /** Ask the same about every model of the subject; return [model, answer] pairs. */
  #askAll(subject, what, more = {}) {
    const { index, target, models } = subject;
    return Promise.all(
      models.map(async (model) => [
        model,
        await this.#ask(subject, { what, name: model.name, index, target, ...more }),
      ]),
    );
  }

  /** Ask about the subject's run; a question without an answer, or without one yet, is asked again later. */
  async #ask(subject, question) {
    const { token, run } = subject.value;
    const answer = await this.askServer({ ...question, token, run });
    if ((answer.isLost || answer.absent_kind === 'pending') && this.#isShown(subject)) {
      if (!subject.lacks) {
        this.retry.later();
      }
      subject.lacks = true;
    }
    return answer;
  }

  async #showDiagrams(subject) {
    const { words, parts } = this;
    const { index, part, reduction } = subject;
    const found = await this.#askAll(subject, 'diagram', { how: reduction });
    if (!this.#isShown(subject)) {
      return;
    }
    const open = found.map(([, answer]) => answer).find((answer) => answer.boxes);
    const context = { words, parts, chosen: part, choose: (key) => this.#choosePart(key) };
    this.where.textContent = `${words.frame} ${index}${this.#keptNote(open, index)}`;
    this.diagrams.replaceChildren(
      ...found.map(([model, answer]) => diagram(model, answer, context)),
      ...this.#explainedNote(open, reduction),
    );
    this.glossary.replaceChildren(...(open ? glossary(open.boxes, parts) : []));
    this.diagrams.dataset.frame = index;
  }

  #keptNote(answer, index) {
    const kept = answer?.index ?? index;
    return kept === index ? '' : ` (${this.words.kept.replace('{}', kept)})`;
  }

  #explainedNote(answer, reduction) {
    if (reduction !== 'pca' || !isKnown(answer?.explained)) {
      return [];
    }
    const percent = Math.round(100 * answer.explained);
    return [el('p', { class: 'hint' }, this.words.explained.replace('{}', percent))];
  }

  async #showDetail(subject) {
    const { part, reduction } = subject;
    const found = await this.#askAll(subject, 'detail', { key: part, how: reduction });
    if (!this.#isShown(subject)) {
      return;
    }
    const figures = found.map(([model, answer]) => large(model, answer, this.words));
    this.details.replaceChildren(about(this.parts[part]), el('div', { class: 'pair' }, ...figures));
    this.details.dataset.part = part;
  }

  async #showOverTime(subject) {
    const { index, target } = subject;
    const [gates, strips] = await Promise.all([
      this.#askAll(subject, 'gate_difference'),
      this.#askAll(subject, 'filmstrip'),
      this.#fetchFigures(subject),
    ]);
    if (!this.#isShown(subject)) {
      return;
    }
    const sections = gates.map(([model, answer], number) => {
      const cosine = this.figures.map((frame) => frame[model.name]?.objects[target]?.cosine ?? null);
      return overTime(model, { gates: answer, strip: strips[number][1], cosine }, index, this.words);
    });
    this.extras.replaceChildren(...sections);
  }

  async #fetchFigures(subject) {
    if (this.figures.length >= subject.value.total) {
      return;
    }
    const { figures } = await this.#ask(subject, { what: 'figures', start: 0 });
    if (figures && this.#isShown(subject)) {
      this.figures = figures;
    }
  }

  async #showAttention(subject) {
    const { pixel, index, target } = subject;
    if (!pixel || pixel !== this.pixel) {
      return; // none was clicked, or another one meanwhile
    }
    this.looking = subject;
    const found = await this.#askAll(subject, 'pixel', pixel);
    if (this.looking !== subject || !this.#isShown(subject)) {
      return;
    }
    const sections = found.map(([model, answer]) =>
      pixelSection(model, answer, { target, index }, this.words),
    );
    this.looked.replaceChildren(...pixelHead(pixel, this.words), ...sections);
    this.looked.dataset.pixel = `${pixel.x},${pixel.y}`;
    this.looked.dataset.frame = index;
  }

  #lay() {
    this.where = el('span', { class: 'where', 'aria-live': 'polite' });
    this.glossary = el('div', { class: 'glossary' });
    this.diagrams = el('div', { class: 'diagrams' });
    this.details = el('div', { class: 'details' });
    this.looked = el('div', { class: 'looked' });
    this.extras = el('div', { class: 'extras' });
    const controls = el('div', { class: 'controls' }, ...this.pickers.nodes, this.where);
    this.box.append(controls, this.glossary, this.diagrams, this.details, this.looked, this.extras);
  }
}
