/** Masks as a layer of colours that lies over a frame. */

const ONLY_THIS = [40, 120, 255];
const ONLY_OTHER = [255, 140, 0];
const BOTH = [150, 150, 150];
const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];

/**
 * Paint labels as they look in a view.
 * @param {Uint8ClampedArray} layer RGBA, replaced.
 * @param {Uint8Array} ids the labels.
 * @param {Object} how
 * @param {'overlay'|'mask'|'contour'|'other'|'truth'} how.view "other" and "truth" show the difference to `others`.
 * @param {Uint8Array|null} how.others labels to compare with; null compares with nothing.
 * @param {Object<number, Array<number>>} how.colours RGB of each id.
 * @param {number} how.width of the frame.
 */
export function paintLabels(layer, ids, { view, others, colours, width }) {
  layer.fill(0);
  if (view === 'mask') {
    paintMask(layer, ids, colours);
  } else if (view === 'other' || view === 'truth') {
    paintDifference(layer, ids, others ?? ids, width);
  } else {
    paintOutlined(layer, ids, { filled: view === 'overlay', colours, width });
  }
}

function paintMask(layer, ids, colours) {
  for (let i = 0; i < ids.length; i++) {
    cover(layer, i, ids[i] ? colours[ids[i]] : BLACK, 1);
  }
}

function paintDifference(layer, ids, others, width) {
  for (let i = 0; i < ids.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    const id = ids[i];
    const other = others[i];
    cover(layer, i, BLACK, 0.45);
    if (id && id === other) {
      cover(layer, i, BOTH, 0.45);
    } else if (id && (x + y) % 8 < 5) {
      cover(layer, i, ONLY_THIS, 0.9);
    }
    if (other && other !== id && (x - y + 4096) % 8 < 3) {
      cover(layer, i, ONLY_OTHER, 0.95);
    }
  }
}

function paintOutlined(layer, ids, { filled, colours, width }) {
  for (let i = 0; i < ids.length; i++) {
    if (!ids[i]) {
      continue;
    }
    if (isEdge(ids, i, 1, width)) {
      cover(layer, i, WHITE, 1);
    } else if (isEdge(ids, i, 2, width)) {
      cover(layer, i, filled ? BLACK : colours[ids[i]], 0.9);
    } else if (filled) {
      cover(layer, i, colours[ids[i]], 0.5);
    }
  }
}

/** Tell whether another object, or the frame's upper or lower end, is `far` pixels away. */
function isEdge(ids, i, far, width) {
  const id = ids[i];
  return (
    id !== ids[i + far] || id !== ids[i - far] || id !== ids[i + far * width] || id !== ids[i - far * width]
  );
}

/** Put a colour over a pixel of the layer ("source over"; `alpha` 0..1). */
function cover(layer, i, rgb, alpha) {
  const p = 4 * i;
  const below = (layer[p + 3] / 255) * (1 - alpha);
  const total = alpha + below;
  for (let c = 0; c < 3; c++) {
    layer[p + c] = (rgb[c] * alpha + layer[p + c] * below) / total;
  }
  layer[p + 3] = 255 * total;
}
