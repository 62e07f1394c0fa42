/** What the page itself does in the browser, around Gradio's events (demo/page/events.py). */

/** Bring the results into view, unless they are there already. */
export function showResults() {
  const results = document.getElementById('results');
  const top = results.getBoundingClientRect().top;
  if (top < 0 || top > window.innerHeight / 2) {
    results.scrollIntoView({ behavior: 'smooth' });
  }
}

let isWaiting = false; // whether an event waits in `afterSaving`: Gradio does not know of it yet

/**
 * Wait until the server has what was painted last; return an event's values unchanged.
 * If it cannot be saved, the canvas says so and this throws an Error: Gradio drops the event then, as it does a second
 * click while the first one waits.
 */
export async function afterSaving(...values) {
  if (isWaiting) {
    throw new Error('An event before this one waits.');
  }
  isWaiting = true;
  try {
    await document.querySelector('.mask-canvas')?.settle?.();
  } finally {
    isWaiting = false;
  }
  return values;
}

/** Put a link to the chosen models and settings into the clipboard and the address bar; return it. */
export function copyLink(models, knockOuts, memory, interval, steps, search, shared) {
  const names = [...models, ...knockOuts].join(',');
  const query = new URLSearchParams({ models: names, memory, interval, steps, search, shared });
  const link = `${location.origin}${location.pathname}?${query}`;
  history.replaceState(null, '', link);
  navigator.clipboard?.writeText(link).catch(() => {});
  return link;
}
