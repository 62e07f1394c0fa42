/**
 * The inside of one or two models at the player's frame: the live diagram, a box large, the channels of E1 and E2, and
 * right below the player's panes what a clicked pixel looks at.
 * `props.parts` describes the boxes (demo/inside/diagram.py); `server.read` answers questions (demo/inside/server.py).
 */

import { changes, frames, pixels, restores, runs } from '../shared/channels.js';
import { NONE } from '../shared/address.js';
import { el } from '../shared/element.js';
import { Latest } from '../shared/latest.js';
import { scrollTo } from '../shared/motion.js';
import { Retry } from '../shared/retry.js';
import { asker } from '../shared/server.js';
import { explained } from '../shared/term.js';
import { ChannelStrips } from './channel_strip.js';
import { AT_FIRST, chosenIn } from './chosen.js';
import { PixelAnswer } from './clicked_pixel.js';
import { about, large } from './detail.js';
import { ModelDiagram } from './diagram.js';
import { Learner } from './learner.js';
import { ImportedNote } from './imported.js';
import { Pickers } from './pickers.js';
import { Subject } from './subject.js';

const PLAYING = 500; // milliseconds from one diagram to the next while the player plays

export function mount({ element, props, server }) {
  const ask = asker((question) => server.read(question), props.words.unreachable);
  const inside = new Inside(element.querySelector('.inside'), props.words, props.parts, ask);
  runs.listen((message) => inside.showRun(message));
  frames.listen((message) => inside.showFrame(message));
  pixels.listen((message) => inside.showPixel(message));
  restores.listen((message) => inside.restore(message));
}

class Inside {
  constructor(box, words, parts, ask) {
    Object.assign(this, { box, words, parts });
    this.askServer = ask;
    this.value = null; // the run
    this.index = 0;
    this.models = ['', '']; // names; '' for none
    this.target = 1;
    Object.assign(this, AT_FIRST);
    this.past = null; // the past frame that the visitor chose; null for the newest
    this.pixel = null;
    this.wanted = null; // the view of a run that is still to come
    this.shown = new Map(); // the diagrams, by the model's name
    this.strips = new ChannelStrips(words);
    this.refreshed = 0; // when a diagram was last asked for while playing
    this.everything = false; // whether the next refresh goes beyond the diagram
    this.due = false; // whether a refresh is asked for that has not begun
    this.refreshing = new Latest();
    this.retry = new Retry(() => this.#refresh());
    this.pickers = new Pickers(words, {
      first: (model) => this.#choose({ models: [model, this.models[1]] }, { model }),
      second: (name) => this.#choose({ models: [this.models[0], name] }, { beside: name || NONE }),
      target: (target) => this.#choose({ target, past: null }, { object: target, past: undefined }),
      reduction: (reduction) => this.#choose({ reduction }, { channels: reduction }),
      scale: (scale) => this.#choose({ scale }, { scale }),
    });
    this.answer = new PixelAnswer(words);
    this.imported = new ImportedNote(words);
    this.learner = new Learner(words.learner);
    this.#lay();
  }

  /** Show a finished run, unless it is shown already; null hides everything. */
  showRun(message) {
    if (!this.box.isConnected) {
      return;
    }
    if (!message) {
      this.value = null;
      this.box.hidden = true;
      this.answer.node.hidden = true;
      return;
    }
    const { value, index } = message;
    const isFresh = this.value?.run !== value.run || this.value.stamp !== value.stamp;
    this.value = value;
    this.box.hidden = this.answer.node.hidden = this.imported.show(value, this.box);
    if (!isFresh || this.box.hidden) {
      return;
    }
    const kept = { frame: index, box: this.part, channels: this.reduction, scale: this.scale };
    Object.assign(this, chosenIn(kept, value));
    this.strips.forget();
    this.pickers.offer(value, this);
    this.answer.clear();
    this.answer.place(this.box);
    this.retry.stop();
    if (this.wanted) {
      this.restore(this.wanted); // the address heard of this run first
    }
    this.#refresh();
  }

  /** Go to a frame of the run that is shown; while the player plays, only the diagram goes along, twice a second. */
  showFrame({ stamp, index, playing }) {
    if (this.value?.stamp !== stamp || !this.box.isConnected || this.box.hidden) {
      return;
    }
    this.index = index;
    this.box.classList.toggle('playing', playing);
    this.answer.node.classList.toggle('playing', playing);
    const now = performance.now();
    if (playing && now < this.refreshed + PLAYING) {
      return;
    }
    this.refreshed = playing ? now : 0;
    this.#refresh({ everything: !playing });
  }

  /** Show where the models look from a pixel; a click on another object asks about that one. */
  showPixel({ stamp, x, y, target }) {
    if (this.value?.stamp !== stamp) {
      return;
    }
    this.pixel = { x, y };
    this.answer.place(this.box);
    if (target && target !== this.target) {
      this.pickers.target.value = target;
      this.#choose({ target, past: null }, { object: target, past: undefined });
    } else {
      this.answer.show(this.#subject());
    }
  }

  /** Show the run that is there in a view of it (shared/address.js); what the view leaves out, as at first. */
  restore({ stamp, view }) {
    this.wanted = this.value?.stamp === stamp ? null : { stamp, view };
    if (this.wanted) {
      return;
    }
    Object.assign(this, chosenIn(view, this.value));
    this.pickers.offer(this.value, this);
    if (!this.pixel) {
      this.answer.clear();
    }
    this.#refresh();
  }

  /** Take in what the visitor chose; `view` says the same as the page's address has it. */
  #choose(chosen, view) {
    Object.assign(this, chosen);
    changes.send(view);
    this.#refresh();
  }

  #choosePart(key) {
    this.#choose({ part: key }, { box: key });
    scrollTo(this.details);
  }

  #refresh({ everything = true } = {}) {
    if (!this.value) {
      return;
    }
    this.everything ||= everything;
    if (this.due) {
      return;
    }
    this.due = true;
    this.refreshing.run(async () => {
      await Promise.resolve(); // what else changes in this moment comes along
      this.due = false;
      const all = this.everything;
      const subject = this.#subject();
      this.everything = false;
      const found = await this.#showDiagrams(subject, all);
      if (all && found) {
        const looked = subject.pixel === this.pixel ? this.answer.show(subject) : null; // else another one was clicked
        await Promise.all([looked, this.#showDetail(subject, found)]);
        this.learner.show(subject);
        await this.#showMemory(subject, found);
        await this.strips.show(subject);
        this.pickers.tellUses(this.strips.uses);
      }
      if (!subject.lacks) {
        this.retry.stop();
      }
    });
  }

  /** Return what is to be shown now. */
  #subject() {
    const { value, index, target, reduction, scale, part, past, pixel } = this;
    const chosen = this.models.filter((name, place, all) => name && all.indexOf(name) === place);
    const models = chosen.map((name) => value.variants.find((variant) => variant.name === name));
    const facts = { value, index, target, reduction, scale, part, past, pixel, models };
    return new Subject(facts, {
      ask: this.askServer,
      isShown: (subject) => this.value?.stamp === subject.value.stamp,
      later: () => this.retry.later(),
    });
  }

  /** Show the diagrams; return the answers by the models' names, or null if the run is no longer shown. */
  async #showDiagrams(subject, isCalm) {
    const { words } = this;
    const { index, part, past, reduction, scale, models } = subject;
    const found = await subject.askAll('diagram', () => ({ how: reduction, scale, past }));
    if (!subject.isShown) {
      return null;
    }
    const open = found.map(([, answer]) => answer).find((answer) => answer.boxes);
    const kept = open && open.index !== index ? ` (${words.kept.replace('{}', open.index)})` : '';
    this.where.setAttribute('aria-live', isCalm ? 'polite' : 'off');
    this.where.textContent = `${words.frame} ${index}${kept}`;
    this.#offerDiagrams(models);
    found.forEach(([model, answer]) => this.shown.get(model.name).show(answer, part));
    this.coloursNote.hidden = reduction !== 'pca' || !open;
    this.diagrams.dataset.frame = index;
    return new Map(found.map(([model, answer]) => [model.name, answer]));
  }

  /** Lay out the diagrams of models, unless these are the ones that are there. */
  #offerDiagrams(models) {
    const key = models.map(({ name, title, difference }) => `${name}|${title}|${difference}`).join();
    if (key === this.diagrams.dataset.models) {
      return;
    }
    const context = {
      words: this.words,
      parts: this.parts,
      choose: (part) => this.#choosePart(part),
      choosePast: (past) => this.#choose({ past }, { past }),
    };
    this.shown = new Map(models.map((model) => [model.name, new ModelDiagram(model, context)]));
    this.diagrams.replaceChildren(...[...this.shown.values()].map(({ node }) => node));
    this.diagrams.dataset.models = key;
  }

  async #showDetail(subject, diagrams) {
    const { part, reduction, scale } = subject;
    const isOfPast = this.parts[part].of_past;
    const found = await subject.askAll('detail', ({ name }) => {
      const { past } = diagrams.get(name);
      return {
        key: part,
        how: reduction,
        scale,
        ...(isOfPast && Number.isInteger(past) ? { index: past } : {}),
      };
    });
    if (!subject.isShown) {
      return;
    }
    const figures = found.map(([model, answer]) => large(model, answer, this.words));
    this.aboutPart.replaceChildren(...about(this.parts[part]));
    this.pair.replaceChildren(...figures);
    this.details.dataset.part = part;
  }

  /** Bring the pictures of the frames in the memory to the diagrams that have others. */
  async #showMemory(subject, diagrams) {
    const { value, target, models } = subject;
    const keyOf = ({ name }) => [value.stamp, target, diagrams.get(name).boxes?.memory.frames].join();
    const lacking = models.filter(
      (model) => diagrams.get(model.name).boxes && this.shown.get(model.name)?.past.shown !== keyOf(model),
    );
    const found = await subject.askAll('filmstrip', undefined, lacking);
    if (subject.isShown) {
      found
        .filter(([, answer]) => answer.memory)
        .forEach(([model, { memory, pending }]) =>
          this.shown.get(model.name)?.past.fill(pending ? '' : keyOf(model), memory),
        );
    }
  }

  #lay() {
    const { words } = this;
    this.where = el('span', { class: 'where', 'aria-live': 'polite' });
    this.diagrams = el('div', { class: 'diagrams' });
    this.coloursNote = el('p', { class: 'hint', hidden: '' }, ...explained(words.colours_note, words.terms));
    this.aboutPart = el('div', { class: 'about' });
    this.pair = el('div', { class: 'pair' });
    const note = el('p', { class: 'hint plays' }, words.plays);
    this.details = el('div', { class: 'details' }, this.aboutPart, note, this.pair);
    const controls = el('div', { class: 'controls' }, ...this.pickers.nodes, this.where);
    const parts = [this.diagrams, this.coloursNote, this.details, this.learner.node, this.strips.node];
    this.box.append(controls, ...parts);
  }
}
