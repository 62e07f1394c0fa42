/**
 * The mask canvas: paints object numbers over a frame of the chosen clip and keeps them on the server.
 *
 * `props.value` describes the clip and `server.mark` answers questions (demo/masks/canvas_server.py); `props.colours`
 * holds the objects' colours from 1 on.
 */

import { repairs, runs } from '../shared/channels.js';
import { clamp } from '../shared/numbers.js';
import { Retry } from '../shared/retry.js';
import { asker } from '../shared/server.js';
import { FrameSource } from './frame_source.js';
import { bindKeys } from './keys.js';
import { MarkServer } from './mark_server.js';
import { Painting } from './painting.js';
import { bindPointers } from './pointers.js';
import { polygonMask } from './raster.js';
import { ReadyMasks } from './ready_masks.js';
import { Repairs } from './repairs.js';
import { Saving } from './saving.js';
import { Tools } from './tools.js';
import { View } from './view.js';

export function mount({ element, props, trigger, server, watch }) {
  const ask = asker((question) => server.mark(question), props.words.unreachable);
  const box = element.querySelector('.mask-canvas');
  const canvas = new MaskCanvas(box, props.words, props.colours, ask, (repair) => trigger('submit', repair));
  watch('value', () => canvas.load(props.value));
  canvas.load(props.value);
  runs.listen((message) => message && canvas.repairs.noteRun(message.value));
  repairs.listen((repair) => canvas.repairs.begin(repair));
}

class MaskCanvas {
  constructor(box, words, colours, ask, submit) {
    Object.assign(this, { box, words });
    this.value = null; // the clip
    this.painting = null; // the labels of the frame on the stage
    this.index = 0; // the frame that was asked for last
    this.given = null; // the labels that it was asked for with, see `show`
    this.opening = null; // the newest request for a frame
    this.loading = false; // whether the frame that was asked for last is not there yet
    this.reload = new Retry(() => this.show(this.index, this.given));
    this.tools = new Tools(this.#toolActions());
    this.view = new View(box, words, colours, this.tools, this.#viewActions());
    this.stage = this.view.stage;
    this.server = new MarkServer(ask, (sentence) => this.view.showTrouble(sentence));
    this.saving = new Saving(this.server, this.view, words, (clip, marked) => this.#showMarked(clip, marked));
    this.source = new FrameSource(this.server, this.saving.queue, words.unreadable);
    this.ready = new ReadyMasks(this.server, words, {
      subject: () => this,
      edit: (change) => this.#edit(change),
      rest: () => this.tools.rest(),
      showWaiting: (count) => this.view.showWaiting(count),
      showTrouble: (sentence) => this.view.showTrouble(sentence),
    });
    this.repairs = new Repairs(this, ask, submit);
    const objects = Object.keys(colours).length;
    bindPointers(this.stage, this.tools, () => this.value !== null);
    bindKeys(this.stage.node, objects, this.#keyActions());
    box.settle = () => this.settle();
    box.settleForRun = () => this.settleForRun();
  }

  /** Wait until the server has everything that is painted; say so and throw an Error if it cannot be saved. */
  settle() {
    return this.saving.settle(this.ready.settle());
  }

  /** Wait as `settle` does; ask for a mask and throw an Error if no frame of the clip has one. */
  async settleForRun() {
    await this.settle();
    if (this.value && !this.value.marked.length) {
      this.view.remind(this.words.mark_first);
      throw new Error(this.words.mark_first);
    }
  }

  /** Wait as `settle` does; tell whether everything is saved. */
  isSettled() {
    return this.settle().then(
      () => true,
      () => false,
    );
  }

  /** Show a clip, or what changed about the one that is shown. */
  load(value) {
    this.box.hidden = !value || !value.stamp;
    if (this.box.hidden) {
      return;
    }
    const isSame = this.value?.stamp === value.stamp && this.value.token === value.token;
    this.value = value;
    this.view.showClip(value);
    if (isSame) {
      this.show(this.index); // its marks may be others now
      return;
    }
    const { width, height } = value;
    this.tools.abandon();
    this.saving.queue.open(value);
    this.painting = new Painting({ width, height });
    this.stage.open({ width, height });
    this.show(value.marked[0] || 0);
  }

  /**
   * Bring a frame to the stage.
   * @param {number} index
   * @param {{labels: string, proposed: Array<number>}|null} given labels to begin with that the server has not kept.
   */
  async show(index, given = null) {
    const request = {};
    this.opening = request;
    this.loading = true;
    this.given = given;
    this.index = clamp(index, 0, this.value.total - 1);
    this.view.frameBar.show(this.index, this.value);
    this.tools.abandon();
    this.tools.polygon = [];
    const { picture, ids, error } = await this.source.load(this.value, this.index, given);
    if (this.opening !== request) {
      return;
    }
    if (!picture) {
      this.view.showFailed(this.words.frame_failed.replace('{}', this.index).replace('{}', error));
      this.reload.later();
      return;
    }
    this.reload.stop();
    this.loading = false;
    this.view.showFailed('');
    this.view.showNote('');
    this.stage.picture = picture;
    this.painting.open(this.index, ids, given?.proposed);
    this.#refresh();
  }

  /** Take the whole window with the brush and an object of this frame. */
  prepareToPaint() {
    const present = this.painting.counts().findIndex((count, id) => id && count);
    if (present > 0 && !this.painting.ids.includes(this.tools.target)) {
      this.tools.setTarget(present);
    }
    this.tools.setTool('brush');
    this.view.workspace.enlarge();
    this.stage.node.focus({ preventScroll: true });
  }

  /** Change the labels by a function that tells whether it did, as the methods of `Painting` do. */
  #edit(change) {
    if (this.loading || !this.painting) {
      this.view.showNote(this.words.still_loading);
    } else {
      this.#noted(change(this.painting));
    }
  }

  /** Show and keep what is marked if it changed. */
  #noted(isChanged) {
    if (!isChanged) {
      return;
    }
    this.#refresh();
    this.view.showTrouble('');
    this.saving.keep(this.value, this.painting);
  }

  /** Show which frames of a clip are marked now. */
  #showMarked(clip, marked) {
    const { value } = this;
    if (clip.stamp === value.stamp && clip.token === value.token) {
      value.marked = marked;
      this.view.frameBar.show(this.index, value);
      this.repairs.offer();
    }
    this.box.dispatchEvent(new Event('marked', { bubbles: true })); // the run bar asks anew what Run would do
  }

  /** Tell whether something can be drawn; say why if not. */
  #canDraw() {
    const isThere = Boolean(this.painting) && !this.loading;
    this.view.showNote(isThere ? '' : this.words.still_loading);
    return isThere;
  }

  async #rename(name) {
    const { value } = this;
    const answer = await this.server.askAloud(value, { what: 'rename', target: this.tools.target, name });
    if (answer.names) {
      value.names = answer.names;
      this.#refresh();
    }
  }

  #refresh() {
    if (this.value) {
      this.view.show(this.painting, this.value.names);
      this.repairs.offer();
    }
  }

  #zoom(factor) {
    const { viewport } = this.stage;
    viewport.zoomTo(factor ? viewport.zoom * factor : 1);
    this.stage.draw();
  }

  #setSize(size) {
    this.tools.setSize(size);
    this.view.brushBar.show(this.tools);
  }

  #toolActions() {
    return {
      canDraw: () => this.#canDraw(),
      painting: () => this.painting,
      scale: () => this.stage.viewport.scale,
      paint: (area) => this.stage.paint(this.painting, area),
      draw: () => this.stage.draw(),
      refresh: () => this.#refresh(),
      keep: (before) => this.#noted(this.painting.keep(before)),
      fillPolygon: (corners) =>
        this.#edit((painting) => painting.fill(polygonMask(corners, painting.size), this.tools.target, true)),
      cutBox: (corner, opposite) => this.ready.fromBox(corner, opposite, this.tools.target),
      addHint: (hint) => this.ready.fromHint(hint),
      waiting: () => this.ready?.waiting ?? [],
    };
  }

  #viewActions() {
    return {
      setTool: (tool) => this.tools.setTool(tool),
      setTarget: (target) => this.tools.setTarget(target),
      setAdds: (adds) => this.tools.setAdds(adds),
      setSize: (size) => this.#setSize(size),
      setOpacity: (opacity) => this.stage.setOpacity(opacity),
      undo: () => this.#edit((painting) => painting.undo()),
      redo: () => this.#edit((painting) => painting.redo()),
      clear: () => this.#edit((painting) => painting.change((ids) => ids.fill(0))),
      closePolygon: () => this.tools.closePolygon(),
      cancel: () => this.tools.cancel(),
      zoom: (factor) => this.#zoom(factor),
      show: (index) => this.show(index),
      rename: (name) => this.#rename(name),
      importFile: (file) => this.ready.fromFile(file),
      takeTruth: () => this.ready.fromTruth(),
      goOn: (direction) => this.repairs.goOn(direction),
      tryAgain: () => this.reload.now(),
    };
  }

  #keyActions() {
    return {
      ...this.#viewActions(),
      isOpen: () => this.value !== null,
      hasPolygon: () => this.tools.polygon.length > 0,
      hasBegun: () => this.tools.hasBegun,
      switchSign: () => this.tools.setAdds(!this.tools.adds),
      grow: (pixels) => this.#setSize(this.tools.size + pixels),
      step: (frames) => this.show(this.index + frames),
      moveCursor: (step) => this.tools.moveCursor(step),
      begin: () => this.tools.beginAtCursor(),
      end: () => this.tools.end(),
    };
  }
}
