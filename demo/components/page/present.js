/** The presentation: results alone, as large as the screen, for a projector. */

const KEY = 'present'; // in the address; `1` opens the page as a presentation

/** Return an address with the presentation switched on or off. */
export function withPresentation(address, isOn) {
  const url = new URL(address);
  url.searchParams.delete(KEY);
  if (isOn) {
    url.searchParams.set(KEY, '1');
  }
  return url.href;
}

export class Presentation {
  #before = null; // what had the focus

  get isOn() {
    return document.body.classList.contains('presenting');
  }

  /** Begin as the address says; Escape ends it. */
  open() {
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.isOn) {
        this.show(false);
      }
    });
    if (new URLSearchParams(location.search).get(KEY) === '1') {
      this.show(true);
    }
  }

  show(isOn) {
    document.body.classList.toggle('presenting', isOn);
    history.replaceState(history.state, '', withPresentation(location.href, isOn));
    if (isOn) {
      this.#before = document.activeElement;
      document.querySelector('.player')?.focus(); // arrow keys and space work at once
    } else {
      this.#before?.focus?.();
    }
    window.scrollTo(0, 0);
  }
}
