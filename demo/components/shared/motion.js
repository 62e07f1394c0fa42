/** Bring an element into view: smoothly, unless the visitor asked for less motion. */
export function scrollTo(node) {
  node.scrollIntoView({ behavior: calmly(), block: 'nearest' });
}

/** Return how to scroll: smoothly, unless the visitor asked for less motion. */
export function calmly() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}
