/** Bring an element into view: smoothly, unless the visitor asked for less motion. */
export function scrollTo(node) {
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  node.scrollIntoView({ behavior: isCalm ? 'auto' : 'smooth', block: 'nearest' });
}
