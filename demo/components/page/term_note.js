/** Shows what a term means (`.term`) while it is under the pointer, has the focus, or was tapped. */

import { el } from '../shared/element.js';
import { clamp } from '../shared/numbers.js';

const GAP = 6; // pixels between a term and its note, and from the note to the window's edge

export class TermNote {
  #term = null; // the one that is explained

  /** Begin to watch the page's terms. */
  watch(page = document) {
    this.node = el('div', { class: 'term-note', popover: 'manual', 'aria-hidden': 'true' });
    page.body.append(this.node);
    page.addEventListener('pointerover', ({ target, pointerType }) => {
      if (pointerType === 'mouse') {
        this.#show(this.#termAt(target));
      }
    });
    page.addEventListener('focusin', ({ target }) => this.#show(this.#termAt(target)));
    page.addEventListener('focusout', () => this.#show(null));
    page.addEventListener('click', ({ target }) => this.#show(this.#termAt(target)));
    page.addEventListener('scroll', () => this.#place(), { capture: true, passive: true });
    page.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#show(null));
  }

  /** Return the term at a node; the note itself belongs to its term, so that the pointer can go there. */
  #termAt(node) {
    return node === this.node ? this.#term : (node?.closest?.('.term') ?? null);
  }

  #show(term) {
    if (term === this.#term) {
      return;
    }
    this.#term = term;
    this.node.hidePopover();
    if (term) {
      this.node.textContent = term.getAttribute('aria-description');
      this.node.showPopover();
      this.#place();
    }
  }

  /** Put the note below its term, or above where there is no room, inside of the window. */
  #place() {
    if (!this.#term) {
      return;
    }
    const { left, top, bottom } = this.#term.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height, style } = this.node;
    const hasRoom = bottom + GAP + height <= window.innerHeight;
    style.left = `${clamp(left, GAP, Math.max(GAP, document.documentElement.clientWidth - width - GAP))}px`;
    style.top = `${hasRoom ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`;
  }
}
