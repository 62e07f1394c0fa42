/** What the page itself does in the browser, around Gradio's events (demo/page/events.py). */

import { calmly, scrollTo } from '../shared/motion.js';
import { KeptFocus } from './kept_focus.js';
import { Leaving } from './leaving.js';
import { Presentation } from './present.js';
import { TermNote } from './term_note.js';

const leaving = new Leaving(() => document.getElementById('stop') !== null);

const presentation = new Presentation();

/** Begin as the address says. */
export function openPresentation() {
  presentation.open();
}

/** Show the results alone, or everything again. */
export function togglePresentation() {
  presentation.show(!presentation.isOn);
}

/** Let a control that goes away hand the focus to its neighbour. */
export function keepFocus() {
  new KeptFocus('#stop').watch();
}

/** Let the page's terms explain themselves. */
export function explainTerms() {
  new TermNote().watch();
}

/** Bring the results into view, unless they are there already; the focus goes to their heading, never to Stop. */
export function showResults() {
  const results = document.getElementById('results');
  const title = document.getElementById('results-title');
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  const top = results.getBoundingClientRect().top;
  if (top < 0 || top > window.innerHeight / 2) {
    results.scrollIntoView({ behavior: calmly() });
  }
}

/** Bring what Run lacks into view, where the bar says that something is to be changed first. */
export function showLacking() {
  const { place = '' } = document.querySelector('.plan')?.dataset ?? {};
  const part = document.getElementById(place);
  if (part) {
    scrollTo(part);
    part.querySelector('.stage, input, button')?.focus({ preventScroll: true });
  }
}

let before = Promise.resolve(); // the events that wait in `afterSaving`: they go on in the order of their clicks

/**
 * Wait until the server has what was painted last; return an event's values unchanged.
 * If it cannot be saved, the canvas says so and this throws an Error: Gradio drops the event then.
 */
async function afterSaving(...values) {
  await afterCanvas((canvas) => canvas.settle());
  return values;
}

/** Wait until the mask canvas, if it is there, is ready in a way, after the events that wait already. */
function afterCanvas(ready) {
  const canvas = document.querySelector('.mask-canvas');
  const saved = before.then(() => canvas?.settle && ready(canvas));
  before = saved.catch(() => {});
  return saved;
}

/** Return `afterCanvas` for one button: a click that repeats the one that waits is dropped, as Gradio does later. */
function onceAfterSaving(ready) {
  let waiting = null; // the values of the click that waits: Gradio does not know of it yet
  return async (...values) => {
    const click = JSON.stringify(values);
    if (click === waiting) {
      throw new Error('This click waits already.');
    }
    waiting = click;
    try {
      await afterCanvas(ready);
      return values;
    } finally {
      waiting = null;
    }
  };
}

/** Wait as `afterSaving` does; without any mask the canvas asks for one, and the event is dropped. */
export const runAfterSaving = onceAfterSaving((canvas) => canvas.settleForRun());
export const undoAfterSaving = onceAfterSaving((canvas) => canvas.settle());

/** Note that a clip is being read until `readingEnds`; return the event's values unchanged. */
export function readingBegins(...values) {
  leaving.begin();
  return values;
}

/** As `readingBegins`, once the server has what was painted last. */
export function readingBeginsAfterSaving(...values) {
  leaving.begin();
  return afterSaving(...values);
}

/** Note that a clip was read, or could not be. */
export function readingEnds() {
  leaving.end();
}

/** Let the browser ask before the page is left while files are sent, a clip is read or a run is at work. */
export function warnBeforeLeaving() {
  leaving.watch();
}

/** Put a link to the chosen models and settings into the clipboard; return it. */
export function copyLink(models, knockOuts, memory, interval, steps, search, shared, again) {
  const names = [...models, ...knockOuts].join(',');
  const query = new URLSearchParams({ models: names, memory, interval, steps, search, shared, again });
  const link = `${location.origin}${location.pathname}?${query}`;
  navigator.clipboard?.writeText(link).catch(() => {});
  return link;
}
