/** The choice of object and tool, undo and redo, and what a polygon needs. */

import { el } from '../shared/element.js';

export class ToolBar {
  /**
   * @param {Object} words
   * @param {Object<number, Array<number>>} colours RGB of each object.
   * @param {{setTarget, setTool, undo, redo, closePolygon, cancel}} actions
   */
  constructor(words, colours, actions) {
    this.objects = new Map(
      Object.keys(colours).map((key) => [Number(key), objectButton(Number(key), words, colours, actions)]),
    );
    this.tools = new Map(
      Object.entries(words.tools).map(([tool, [label, title]]) => {
        const attributes = { role: 'radio', 'data-tool': tool, title };
        return [tool, el('button', { ...attributes, onclick: () => actions.setTool(tool) }, label)];
      }),
    );
    this.undo = el('button', { class: 'undo', title: words.undo_help, onclick: actions.undo }, words.undo);
    this.redo = el('button', { class: 'redo', title: words.redo_help, onclick: actions.redo }, words.redo);
    this.polygon = el(
      'span',
      { class: 'group', hidden: true },
      el('button', { onclick: actions.closePolygon }, words.fill),
      el('button', { onclick: actions.cancel }, words.cancel),
    );
    const tools = { class: 'group', role: 'radiogroup', 'aria-label': words.tool };
    this.nodes = [
      el(
        'div',
        { class: 'objects', role: 'radiogroup', 'aria-label': words.objects },
        ...this.objects.values(),
      ),
      el(
        'div',
        { class: 'tools' },
        el('span', tools, ...this.tools.values()),
        el('span', { class: 'group' }, this.undo, this.redo),
        this.polygon,
      ),
    ];
  }

  /** Show what is chosen, how many pixels each object has, and what can be undone. */
  show({ tool, target, polygon }, counts, history) {
    for (const [id, button] of this.objects) {
      button.setAttribute('aria-checked', String(id === target));
      button.classList.toggle('present', counts[id] > 0);
      button.dataset.pixels = counts[id];
    }
    for (const [name, button] of this.tools) {
      button.setAttribute('aria-checked', String(name === tool));
    }
    this.undo.disabled = !history.canUndo;
    this.redo.disabled = !history.canRedo;
    this.polygon.hidden = !polygon.length;
  }
}

function objectButton(id, words, colours, actions) {
  const attributes = {
    role: 'radio',
    'data-object': id,
    style: `--object: rgb(${colours[id]})`,
    'aria-label': `${words.object} ${id}`,
  };
  return el('button', { ...attributes, onclick: () => actions.setTarget(id) }, String(id));
}
