/** How far a reader is, which is kept in this browser alone, and what ticks a page off. */

const KEY = 'llb-lesson';

export class Progress {
  /** @param {function(): Storage} storage returns the browser's; one that is shut off keeps nothing. */
  constructor(storage) {
    this.storage = storage;
    Object.assign(this, { page: 1, done: [], answers: {} }, read(storage));
  }

  /** Note the page that is open; pages count from 1. */
  visit(page) {
    this.page = page;
    this.#keep();
  }

  /** Tick a page off; tell whether it was not yet. */
  tick(name) {
    if (this.done.includes(name)) {
      return false;
    }
    this.done = [...this.done, name];
    this.#keep();
    return true;
  }

  /** Note the option that was chosen for a page's question. */
  answer(name, option) {
    this.answers = { ...this.answers, [name]: option };
    this.#keep();
  }

  #keep() {
    const { page, done, answers } = this;
    try {
      this.storage().setItem(KEY, JSON.stringify({ page, done, answers }));
    } catch {
      // nothing is kept: a reload begins at the first page
    }
  }
}

function read(storage) {
  try {
    const { page, done, answers } = JSON.parse(storage().getItem(KEY)) ?? {};
    return {
      ...(Number.isInteger(page) && page > 0 ? { page } : {}),
      ...(Array.isArray(done) ? { done } : {}),
      ...(answers && typeof answers === 'object' ? { answers } : {}),
    };
  } catch {
    return {};
  }
}

/**
 * Tell whether what is seen does a page's task (demo/lesson/page.py).
 * @param {{what: string, value: string}} done
 * @param {{frame: number, box: string, pixel: Object, past: number, isAnswered: boolean, isOther: boolean}} seen what
 *   is on show; undefined where nothing is chosen. `isOther`: another comparison than the page's.
 */
export function isDone({ what, value }, seen) {
  const checks = {
    frame: () => isWithin(seen.frame, value),
    past: () => isWithin(seen.past, value),
    box: () => value.split('|').includes(seen.box),
    pixel: () => isInside(seen.pixel, value),
    answer: () => seen.isAnswered,
    comparison: () => seen.isOther,
  };
  return checks[what]();
}

function isWithin(number, range) {
  const [low, high] = range.split('-').map(Number);
  return number >= low && number <= high;
}

function isInside(pixel, rectangle) {
  const [left, top, width, height] = rectangle.split(',').map(Number);
  return (
    Boolean(pixel) && pixel.x >= left && pixel.x < left + width && pixel.y >= top && pixel.y < top + height
  );
}
