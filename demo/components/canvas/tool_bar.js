/** The choice of object and tool, undo and redo. */

import { el } from '../shared/element.js';
import { RadioGroup } from '../shared/radio_group.js';

export class ToolBar {
  /**
   * @param {Object} words
   * @param {Object<number, Array<number>>} colours RGB of each object.
   * @param {{setTarget, setTool, undo, redo}} actions
   * @param {HTMLElement} enlarge the button that stands at the end.
   */
  constructor(words, colours, actions, enlarge) {
    this.objects = new RadioGroup(
      { class: 'objects', 'aria-label': words.objects },
      Object.keys(colours).map((key) => objectOption(Number(key), words, colours)),
      actions.setTarget,
    );
    this.tools = new RadioGroup(
      { class: 'group', 'aria-label': words.tool },
      Object.entries(words.tools).map(([tool, [label, title]]) => [
        tool,
        { 'data-tool': tool, title },
        label,
      ]),
      actions.setTool,
    );
    this.undo = el('button', { class: 'undo', title: words.undo_help, onclick: actions.undo }, words.undo);
    this.redo = el('button', { class: 'redo', title: words.redo_help, onclick: actions.redo }, words.redo);
    const steps = el('span', { class: 'group steps' }, this.undo, this.redo, enlarge);
    this.nodes = [this.objects.node, el('div', { class: 'tools' }, this.tools.node, steps)];
  }

  /** Show what is chosen, how many pixels each object has, and what can be undone. */
  show({ tool, target }, counts, history) {
    this.objects.check(target);
    this.tools.check(tool);
    for (const [id, button] of this.objects.buttons) {
      button.classList.toggle('present', counts[id] > 0);
      button.dataset.pixels = counts[id];
    }
    this.undo.disabled = !history.canUndo;
    this.redo.disabled = !history.canRedo;
  }
}

function objectOption(id, words, colours) {
  const attributes = {
    'data-object': id,
    style: `--object: rgb(${colours[id]})`,
    'aria-label': `${words.object} ${id}`,
  };
  return [id, attributes, String(id)];
}
