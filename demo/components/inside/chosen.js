/** What the inside shows at first, and in a view of an address (shared/address.js). */

import { NONE } from '../shared/address.js';

export const AT_FIRST = { reduction: 'pca', scale: 'unit', part: 'gate_transduced' };

/** Return what a view chooses of a run; what it leaves out, as at first. */
export function chosenIn(view, { variants: [first, second], shown_object: target, latest }) {
  const beside = view.beside ?? second?.name ?? NONE;
  return {
    models: [view.model ?? first.name, beside === NONE ? '' : beside],
    target: view.object ?? target,
    reduction: view.channels ?? AT_FIRST.reduction,
    scale: view.scale ?? AT_FIRST.scale,
    part: view.box ?? AT_FIRST.part,
    past: view.past ?? null,
    pixel: view.pixel ?? null,
    index: view.frame ?? latest,
  };
}
