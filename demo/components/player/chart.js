/** The numbers and the geometry of the timelines. */

import { clamp, isKnown, mean } from '../shared/numbers.js';

const MARGIN = 4; // pixels around the plot

/**
 * Return a measurement over time: for each frame the mean over the objects, null where nothing was measured.
 * @param {Array<Object>} figures for each frame {variant: {objects: {id: {measurement: number}}}}.
 * @param {string} variant
 * @param {Array<number>} objects ids.
 * @param {string} key the measurement's name.
 */
export function seriesOf(figures, variant, objects, key) {
  return figures.map((frame) => mean(objects.map((id) => frame[variant]?.objects[id]?.[key])));
}

/** Return the largest number of several series, 1 at least. */
export function largest(series) {
  return Math.max(1, ...series.flat().filter(isKnown));
}

/** A plot of values 0..most over the frames of a clip, in pixels of its canvas. */
export class Plot {
  constructor({ width, height, total, most }) {
    Object.assign(this, { width, height, total, most });
  }

  x(frame) {
    return MARGIN + ((this.width - 2 * MARGIN) * frame) / Math.max(1, this.total - 1);
  }

  y(value) {
    return this.height - MARGIN - ((this.height - 2 * MARGIN) * value) / this.most;
  }

  /** Return the frame at a place. */
  frameAt(x) {
    const frame = ((x - MARGIN) / (this.width - 2 * MARGIN)) * (this.total - 1);
    return clamp(Math.round(frame), 0, this.total - 1);
  }

  /** Return the lines of a series as lists of [x, y]; a line ends where a value is missing. */
  lines(series) {
    const lines = [];
    let open = null;
    series.forEach((value, frame) => {
      if (!isKnown(value)) {
        open = null;
        return;
      }
      if (!open) {
        open = [];
        lines.push(open);
      }
      open.push([this.x(frame), this.y(value)]);
    });
    return lines;
  }
}
