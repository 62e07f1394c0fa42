/** What the page's components tell each other. Modules arrive in any order, so a message waits for its listener. */

export class Channel {
  #target = new EventTarget();
  #listened = false;
  #kept = null;
  #lasting;

  /** @param {boolean} lasting whether each listener begins with the latest message (a state), or only the first. */
  constructor(lasting) {
    this.#lasting = lasting;
  }

  send(message) {
    this.#kept = this.#lasting || !this.#listened ? message : null;
    this.#target.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  /** Call `listener` with every message from now on, and with the one that waited. */
  listen(listener) {
    this.#listened = true;
    this.#target.addEventListener('message', ({ detail }) => listener(detail));
    if (this.#kept === null) {
      return;
    }
    const waited = this.#kept;
    this.#kept = this.#lasting ? waited : null;
    listener(waited);
  }
}

/** {value, index}: the player shows a finished run; null: it shows nothing, or a run at work. */
export const runs = new Channel(true);
/** {stamp, index, playing}: the player shows another frame. */
export const frames = new Channel(true);
/** {stamp, x, y, target}: a visitor clicked a pixel of the frame; `target` is the object there, 0 for none. */
export const pixels = new Channel(false);
/** {token, run, name, index}: a visitor wants to correct a model's mask of a frame. */
export const repairs = new Channel(false);
/** {frame, box, ...}: parts of the view that a visitor changed (shared/address.js). */
export const changes = new Channel(false);
/** {stamp, view}: the view that a comparison is to be shown in. */
export const restores = new Channel(true);
/** {value, view, run}: the comparison on show, its view, and its part of the address. */
export const views = new Channel(true);
/** {search}: an address of this page that is to be opened. */
export const visits = new Channel(false);
