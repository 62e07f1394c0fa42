/** Everything that the mask canvas shows, in its order on the page. */

import { el } from '../shared/element.js';
import { scrollTo } from '../shared/motion.js';
import { FrameBar } from './frame_bar.js';
import { More } from './more.js';
import { RepairBar } from './repair_bar.js';
import { Stage } from './stage.js';
import { ToolBar } from './tool_bar.js';

export class View {
  /**
   * @param {HTMLElement} box
   * @param {Object} words
   * @param {Object<number, Array<number>>} colours RGB of each object.
   * @param {Tools} tools
   * @param {Object<string, function>} actions see `ToolBar`, `FrameBar`, `More` and `RepairBar`; and
   *   `tryAgain`.
   */
  constructor(box, words, colours, tools, actions) {
    Object.assign(this, { box, words, colours, tools });
    this.stage = new Stage(words.stage, colours, () => tools.scene());
    this.toolBar = new ToolBar(words, colours, actions);
    this.frameBar = new FrameBar(words, actions);
    this.repairBar = new RepairBar(words, actions.goOn);
    this.more = new More(words, { size: tools.size, opacity: this.stage.opacity }, actions);
    this.card = el('p', { class: 'card' });
    this.hint = el('p', { class: 'hint tool-hint' });
    this.legend = el('div', { class: 'legend', 'aria-live': 'polite' });
    this.trouble = el('p', { class: 'trouble', role: 'alert' });
    this.note = el('p', { class: 'trouble note', role: 'status' });
    this.unsaved = el('p', { class: 'trouble unsaved', role: 'status' });
    this.failure = el('span');
    const again = el('button', { class: 'try-again', onclick: actions.tryAgain }, words.try_again);
    this.failed = el('p', { class: 'trouble failed', role: 'alert', hidden: true }, this.failure, ' ', again);
    box.append(
      this.card,
      ...this.toolBar.nodes,
      this.stage.node,
      this.note,
      this.unsaved,
      this.failed,
      this.frameBar.node,
      this.hint,
      this.legend,
      this.repairBar.node,
      this.trouble,
      this.more.node,
      this.frameBar.marked,
    );
    for (const button of box.querySelectorAll('button')) {
      button.type = 'button';
    }
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

  /** Show that a mask is on its way. */
  showBusy(on) {
    this.box.classList.toggle('busy', on);
  }

  /** Show the labels of a frame and what can be done with them; `names` are the objects'. */
  show(painting, names) {
    const { tools, words } = this;
    const counts = painting.counts();
    this.stage.paint(painting);
    this.toolBar.show(tools, counts, painting.history);
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
