/**
 * The mask canvas: paints object numbers over a frame of the chosen clip and keeps them on the server.
 *
 * `props.value` describes the clip and `server.mark` answers questions (demo/masks/canvas_server.py); `props.colours`
 * holds the objects' colours from 1 on.
 */

import { repairs, runs } from '../shared/channels.js';
import { fetchBitmap, fileUrl, frameName } from '../shared/files.js';
import { clamp } from '../shared/numbers.js';
import { asker } from '../shared/server.js';
import { bindKeys } from './keys.js';
import { MarkServer, idsOf } from './mark_server.js';
import { Painting } from './painting.js';
import { bindPointers } from './pointers.js';
import { polygonMask } from './raster.js';
import { ReadyMasks } from './ready_masks.js';
import { Tools } from './tools.js';
import { View } from './view.js';

export function mount({ element, props, trigger, server, watch }) {
  const ask = asker((question) => server.mark(question), props.words.unreachable);
  const box = element.querySelector('.mask-canvas');
  const canvas = new MaskCanvas(box, props.words, props.colours, ask, (repair) => trigger('submit', repair));
  watch('value', () => canvas.load(props.value));
  canvas.load(props.value);
  runs.listen(({ value }) => canvas.noteRun(value));
  repairs.listen((repair) => canvas.correct(repair));
}

class MaskCanvas {
  constructor(box, words, colours, ask, submit) {
    Object.assign(this, { box, askServer: ask, submit });
    this.value = null; // the clip
    this.run = null; // the run that the player shows
    this.painting = null; // the labels of the frame on the stage
    this.index = 0; // the frame that was asked for last
    this.opening = null; // the newest request for a frame
    this.loading = false; // whether that frame is on its way
    this.tools = new Tools(this.#toolActions());
    this.view = new View(box, words, colours, this.tools, this.#viewActions());
    this.stage = this.view.stage;
    this.server = new MarkServer(ask, box, (sentence) => this.view.showTrouble(sentence));
    this.ready = new ReadyMasks(this.server, {
      subject: () => this,
      edit: (change) => this.#edit(change),
      showBusy: (on) => this.view.showBusy(on),
    });
    const objects = Object.keys(colours).length;
    bindPointers(this.stage, this.tools, () => this.value !== null);
    bindKeys(this.stage.node, objects, this.#keyActions());
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
      this.view.frameBar.show(this.index, value);
      return;
    }
    const { width, height } = value;
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
    this.index = clamp(index, 0, this.value.total - 1);
    this.view.frameBar.show(this.index, this.value);
    this.tools.abandon();
    this.tools.polygon = [];
    await this.box.saving;
    const [picture, ids] = await Promise.all([this.#picture(this.index), this.#labels(this.index, given)]);
    if (this.opening !== request || !ids) {
      return;
    }
    this.loading = false;
    this.stage.picture = picture;
    this.painting.open(this.index, ids, given?.proposed);
    this.#refresh();
  }

  /** Note which run the player shows: its frames can be corrected. */
  noteRun(run) {
    if (this.run && this.run.stamp !== run.stamp) {
      this.painting?.forgetTouched();
    }
    this.run = run;
    this.#offerRepair();
  }

  /** Bring a model's mask of a frame to the stage, to correct it. */
  async correct({ token, run, name, index }) {
    await this.server.settle();
    const answer = await this.askServer({ what: 'proposal', token, run, name, index });
    this.view.showTrouble(answer.error ?? '');
    if (answer.error) {
      return;
    }
    this.load(answer.value);
    await this.show(index, answer);
    this.box.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
    this.stage.node.focus({ preventScroll: true });
  }

  #picture(index) {
    return fetchBitmap(fileUrl(`${this.value.previews}/${frameName(index)}.jpg`)).catch(() => null);
  }

  /** Return a frame's ids; null if the server did not give them, so that nothing is painted over them. */
  async #labels(index, given) {
    const { value, painting } = this;
    const isMarked = value.marked.includes(index);
    const answer = given ?? (isMarked ? await this.server.ask(value, { what: 'labels', index }) : {});
    if (answer.error) {
      return null;
    }
    return answer.labels ? idsOf(answer.labels, painting.size) : new Uint8Array(painting.ids.length);
  }

  /** Change the labels by a function that tells whether it did, as the methods of `Painting` do. */
  #edit(change) {
    if (!this.loading && this.painting) {
      this.#noted(change(this.painting));
    }
  }

  /** Show and keep what is marked if it changed. */
  async #noted(isChanged) {
    if (!isChanged) {
      return;
    }
    const { value, painting } = this;
    this.#refresh();
    const marked = await this.server.save(value, painting);
    if (marked && this.painting === painting) {
      this.value.marked = marked;
      this.view.frameBar.show(this.index, this.value);
      this.#offerRepair();
    }
  }

  async #rename(name) {
    const { value } = this;
    const answer = await this.server.ask(value, { what: 'rename', target: this.tools.target, name });
    if (answer.names) {
      value.names = answer.names;
      this.#refresh();
    }
  }

  async #goOn(direction) {
    await this.server.settle();
    this.submit({ run: this.run.run, index: this.painting.index, direction });
  }

  #offerRepair() {
    const { value, run, painting } = this;
    if (!value) {
      return;
    }
    const isShown = run?.previews === value.previews;
    const isLater = painting.index > Math.min(...value.marked); // from the first mark on, Run does the same
    const isMarked = painting.isTouched && painting.own().some((id) => id);
    this.view.repairBar.offer(isShown && isLater && isMarked, painting.index);
  }

  #refresh() {
    if (this.value) {
      this.view.show(this.painting, this.value.names);
      this.#offerRepair();
    }
  }

  #zoom(factor) {
    const { viewport } = this.stage;
    viewport.zoomTo(factor ? viewport.zoom * factor : 1);
    this.stage.draw();
  }

  #setSize(size) {
    this.tools.setSize(size);
    this.view.more.size.value = this.tools.size;
  }

  #toolActions() {
    return {
      canDraw: () => this.painting && !this.ready.isBusy && !this.loading,
      painting: () => this.painting,
      scale: () => this.stage.viewport.scale,
      paint: (area) => this.stage.paint(this.painting, area),
      draw: () => this.stage.draw(),
      refresh: () => this.#refresh(),
      keep: (before) => this.#noted(this.painting.keep(before)),
      fillPolygon: (corners) =>
        this.#edit((painting) => painting.fill(polygonMask(corners, painting.size), this.tools.target, true)),
      cutBox: (corner, opposite) => this.ready.fromBox(corner, opposite, this.tools.target),
      cutScribble: (path) => this.ready.fromScribble(path, this.tools.target),
    };
  }

  #viewActions() {
    return {
      setTool: (tool) => this.tools.setTool(tool),
      setTarget: (target) => this.tools.setTarget(target),
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
      goOn: (direction) => this.#goOn(direction),
    };
  }

  #keyActions() {
    return {
      ...this.#viewActions(),
      isOpen: () => this.value !== null,
      hasPolygon: () => this.tools.polygon.length > 0,
      grow: (pixels) => this.#setSize(this.tools.size + pixels),
      step: (frames) => this.show(this.index + frames),
      moveCursor: (step) => this.tools.moveCursor(step),
      begin: () => this.tools.beginAtCursor(),
      end: () => this.tools.end(),
    };
  }
}
