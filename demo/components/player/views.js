/** The views of a run's panes, by name. */

export const OTHER = 'other '; // and a model's name: the difference to it

/**
 * List the views that a run has; the first one is what it opens in.
 * @param {Object} value the comparison (demo/page/player_value.py).
 * @returns {Array<string>}
 */
export function viewsOf({ variants, truth }) {
  const others = variants.length > 1 ? variants.map(({ name }) => `${OTHER}${name}`) : [];
  return ['overlay', 'mask', 'contour', ...others, ...(truth ? ['truth', 'boundary'] : [])];
}
