/** Everything that the mask canvas shows, in its order on the page. */

import { el } from '../shared/element.js';
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
   * @param {Object<string, function>} actions see `ToolBar`, `FrameBar`, `More` and `RepairBar`.
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
    box.append(
      this.card,
      ...this.toolBar.nodes,
      this.stage.node,
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

  /** Show that the server is looking for a mask. */
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
