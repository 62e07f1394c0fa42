/** Everything that the mask canvas shows, in its order on the page. */

import { el } from '../shared/element.js';
import { scrollTo } from '../shared/motion.js';
import { BrushBar } from './brush_bar.js';
import { FrameBar } from './frame_bar.js';
import { More } from './more.js';
import { RepairBar } from './repair_bar.js';
import { Stage } from './stage.js';
import { ToolBar } from './tool_bar.js';
import { Workspace } from './workspace.js';

export class View {
  /**
   * @param {HTMLElement} box
   * @param {Object} words
   * @param {Object<number, Array<number>>} colours RGB of each object.
   * @param {Tools} tools
   * @param {Object<string, function>} actions see `ToolBar`, `BrushBar`, `FrameBar`, `More` and `RepairBar`; and
   *   `tryAgain`.
   */
  constructor(box, words, colours, tools, actions) {
    Object.assign(this, { box, words, colours, tools });
    this.workspace = new Workspace(box, words);
    this.stage = new Stage(words.stage, colours, () => tools.scene());
    this.toolBar = new ToolBar(words, colours, actions, this.workspace.button);
    this.brushBar = new BrushBar(words, { size: tools.size, opacity: this.stage.opacity }, actions);
    this.frameBar = new FrameBar(words, actions);
    this.repairBar = new RepairBar(words, actions.goOn);
    this.more = new More(words, actions);
    this.card = el('p', { class: 'card' });
    this.hint = el('span');
    this.legend = el('div', { class: 'legend', 'aria-live': 'polite' });
    this.trouble = el('p', { class: 'trouble', role: 'alert' });
    this.note = el('p', { class: 'note', role: 'status' });
    this.unsaved = el('p', { class: 'trouble unsaved', role: 'status' });
    this.failure = el('span');
    const again = el('button', { class: 'try-again', onclick: actions.tryAgain }, words.try_again);
    this.failed = el('p', { class: 'trouble failed', role: 'alert', hidden: true }, this.failure, ' ', again);
    this.working = el('p', { class: 'working', role: 'status' });
    this.stage.room.append(this.working);
    this.workspace.node.append(
      this.card,
      this.repairBar.node,
      ...this.toolBar.nodes,
      this.brushBar.node,
      this.#hints(),
      this.stage.room,
      this.note,
      this.unsaved,
      this.failed,
      this.trouble,
      this.frameBar.node,
      this.legend,
      this.frameBar.marked,
      this.more.node,
    );
    for (const button of box.querySelectorAll('button')) {
      button.type = 'button';
    }
  }

  /** Return the line that says what the tool does, and what a mouse or fingers do with every tool. */
  #hints() {
    const { words } = this;
    const mouse = el('span', { class: 'for-mouse' }, ` ${words.with_mouse}`);
    const touch = el('span', { class: 'for-touch' }, ` ${words.with_fingers}`);
    return el('p', { class: 'hint tool-hint' }, this.hint, mouse, touch);
  }

  /** Show what belongs to a clip as a whole. */
  showClip({ card, truth }) {
    this.card.textContent = card;
    this.more.truth.hidden = !truth;
  }

  /** Show what went wrong, nothing for ''. */
  showTrouble(sentence) {
    this.trouble.textContent = sentence;
  }

  /** Show what went wrong, and bring it into view. */
  raiseTrouble(sentence) {
    this.showTrouble(sentence);
    scrollTo(this.trouble);
  }

  /** Say what is to be done before a run, and bring the canvas into view. */
  remind(sentence) {
    this.showNote(sentence);
    scrollTo(this.box);
    this.stage.node.focus({ preventScroll: true });
  }

  /** Show why nothing can be drawn at this moment, nothing for ''. */
  showNote(sentence) {
    this.note.textContent = sentence;
  }

  /** Show that something painted is not saved, nothing for ''. */
  showUnsaved(sentence) {
    this.unsaved.textContent = sentence;
  }

  /** Show that the frame is not there, with a button to try again; nothing for ''. */
  showFailed(sentence) {
    this.failed.hidden = !sentence;
    this.failure.textContent = sentence;
  }

  /** Show how many masks are on their way. */
  showWaiting(count) {
    const { finding, finding_more: more } = this.words;
    this.box.classList.toggle('busy', count > 0);
    this.working.textContent = count > 1 ? more.replace('{}', count - 1) : count ? finding : '';
    this.stage.draw();
  }

  /** Show the labels of a frame and what can be done with them; `names` are the objects'. */
  show(painting, names) {
    const { tools, words } = this;
    const counts = painting.counts();
    this.stage.paint(painting);
    this.toolBar.show(tools, counts, painting.history);
    this.brushBar.show(tools);
    this.more.showName(tools.target, names);
    this.hint.textContent = words.tools[tools.tool][1];
    const present = Object.keys(this.colours)
      .map(Number)
      .filter((id) => counts[id]);
    const chips = present.map((id) => this.#chip(id, counts[id], painting, names));
    this.legend.replaceChildren(...(chips.length ? chips : [words.nothing_marked]));
    this.box.dataset.frame = painting.index;
  }

  #chip(id, count, painting, names) {
    const { words } = this;
    const name = names[id] || `${words.object} ${id}`;
    const proposed = painting.proposed.has(id) ? ` · ${words.proposed}` : '';
    const text = `${name} · ${count.toLocaleString('en')} ${words.pixels}${proposed}`;
    const colour = el('i', { style: `background:rgb(${this.colours[id]})` });
    return el('span', { class: 'chip', 'data-object': id }, colour, text);
  }
}
