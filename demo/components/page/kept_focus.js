/**
 * Keeps the keyboard where it was: when the control that has the focus vanishes or is switched off, its neighbour gets
 * the focus instead of the top of the page.
 */

const SETTLED = 100; // milliseconds until what replaces a control is there
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

export class KeptFocus {
  /** @param {string} spared a selector: these controls are never given the focus, as a key would end something. */
  constructor(spared = '') {
    this.spared = spared;
  }

  #last = null; // the control that had the focus
  #around = []; // the elements around it, from the inside out

  /** Begin to watch a document. */
  watch(page = document) {
    this.page = page;
    page.addEventListener('focusin', ({ target }) => this.#note(target));
    page.addEventListener('focusout', ({ relatedTarget }) => {
      if (!relatedTarget) {
        setTimeout(() => this.restore(), SETTLED);
      }
    });
    // Not every browser tells of a control that was removed; the next key is early enough then.
    page.addEventListener('keydown', () => this.restore(), { capture: true });
  }

  /** Give the focus to the neighbour of a control that lost it by going away. */
  restore() {
    const { page } = this;
    const isLost = page.activeElement === null || page.activeElement === page.body;
    if (!isLost || this.#last === null || isUsable(this.#last)) {
      return;
    }
    neighbourOf(this.#last, this.#around, this.spared)?.focus({ preventScroll: true });
  }

  #note(target) {
    this.#last = target;
    this.#around = [];
    for (let node = target.parentElement; node; node = node.parentElement) {
      this.#around.push(node);
    }
  }
}

/** Return the control that stands nearest: after the lost one, else before it, in the smallest part that has any. */
function neighbourOf(lost, around, spared) {
  for (const part of around) {
    const all = part.isConnected ? [...part.querySelectorAll(FOCUSABLE)] : [];
    const controls = all.filter((node) => isStop(node) && !(spared && node.matches(spared)));
    if (controls.length) {
      const isAfter = (node) => lost.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
      return (lost.isConnected && controls.find(isAfter)) || controls.at(-1);
    }
  }
  return null;
}

/** Tell whether the Tab key stops at an element. */
function isStop(node) {
  return node.tabIndex >= 0 && isUsable(node);
}

function isUsable(node) {
  return node.isConnected && !node.disabled && node.checkVisibility({ visibilityProperty: true });
}
