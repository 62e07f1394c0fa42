/** A pixel of a pane chosen by keyboard: Shift and an arrow key move the cross. */

import { clamp } from '../shared/numbers.js';

const STEP = 8; // pixels of the frame
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Return where a key moves the cross {x, y}; null for a key that does not.
 * @param {{key: string, shiftKey: boolean}} event
 * @param {{x: number, y: number}} cross
 * @param {{width: number, height: number}} frame
 */
export function movedBy({ key, shiftKey }, { x, y }, { width, height }) {
  const step = shiftKey ? ARROWS[key] : null;
  return step
    ? { x: clamp(x + STEP * step[0], 0, width - 1), y: clamp(y + STEP * step[1], 0, height - 1) }
    : null;
}
