/** Bring an element into view: smoothly, unless the visitor asked for less motion; `block` as of `scrollIntoView`. */
export function scrollTo(node, block = 'nearest') {
  node.scrollIntoView({ behavior: calmly(), block });
}

/** Return how to scroll: smoothly, unless the visitor asked for less motion. */
export function calmly() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}
