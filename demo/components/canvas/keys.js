/** The keyboard on the stage: everything that a pointer can do. */

const TOOLS = { b: 'brush', e: 'eraser', c: 'click', s: 'scribble', x: 'box', p: 'polygon' };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 8; // pixels of the frame; one with Shift
const SIZE_STEP = 4;
const ZOOM_STEP = 1.5;

/**
 * Return what a key does, null if it does nothing: {what, ...} with `what` one of the names of `actions` in `bindKeys`.
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean}} event
 * @param {number} objects how many objects there are.
 */
export function meaningOf({ key, shiftKey, ctrlKey, metaKey }, objects) {
  if (ctrlKey || metaKey) {
    const letter = key.toLowerCase();
    if (letter === 'z') {
      return { what: shiftKey ? 'redo' : 'undo' };
    }
    return letter === 'y' ? { what: 'redo' } : null;
  }
  if (key in TOOLS) {
    return { what: 'setTool', value: TOOLS[key] };
  }
  if (key in ARROWS) {
    return { what: 'moveCursor', value: ARROWS[key].map((step) => step * (shiftKey ? 1 : STEP)) };
  }
  if (Number(key) >= 1 && Number(key) <= objects) {
    return { what: 'setTarget', value: Number(key) };
  }
  return SIMPLE[key] ?? null;
}

const SIMPLE = {
  '[': { what: 'grow', value: -SIZE_STEP },
  ']': { what: 'grow', value: SIZE_STEP },
  '+': { what: 'zoom', value: ZOOM_STEP },
  '=': { what: 'zoom', value: ZOOM_STEP },
  '-': { what: 'zoom', value: 1 / ZOOM_STEP },
  0: { what: 'zoom', value: 0 },
  ',': { what: 'step', value: -1 },
  '.': { what: 'step', value: 1 },
  n: { what: 'switchSign' },
  Enter: { what: 'closePolygon' },
  Escape: { what: 'cancel' },
  ' ': { what: 'begin' },
};

/**
 * Let keys on the stage act.
 * @param {HTMLElement} node
 * @param {number} objects how many objects there are.
 * @param {Object<string, function>} actions one for each `what`, given the value; and `end`, `isOpen`, `hasPolygon` and
 *   `hasBegun`: where nothing was begun, Esc is left to the enlarged canvas, which it closes.
 */
export function bindKeys(node, objects, actions) {
  node.addEventListener('keydown', (event) => {
    const meaning = actions.isOpen() ? meaningOf(event, objects) : null;
    if (!meaning || isIdle(meaning, actions)) {
      return;
    }
    event.preventDefault();
    if (meaning.what !== 'begin' || !event.repeat) {
      actions[meaning.what](meaning.value);
    }
  });
  node.addEventListener('keyup', (event) => {
    if (event.key === ' ') {
      actions.end();
    }
  });
}

/** Tell whether there is nothing that a key could end. */
function isIdle({ what }, actions) {
  return (what === 'closePolygon' && !actions.hasPolygon()) || (what === 'cancel' && !actions.hasBegun());
}
