/** What is drawn over a frame with lines and words; all sizes are pixels of the screen, `ratio` device pixels each. */

import { boxOf, placeLabels } from './labels.js';

const OUTLINE = 2.5;
const CASING = 1; // dark, at both sides of the outline
const DARK = 'rgb(0 0 0 / 0.75)';
const FONT = 12;
const LONGEST = 18; // characters of a label
const CROSS = 12; // from the middle of the cross to its ends
const ARROW = { near: 10, far: 46, head: 11, width: 3.5 };
const ROOMY = 360; // width from which on a picture has room for a whole arrow; in a smaller one it is shorter

/**
 * Draw objects: their area, their outline and their labels.
 * @param {CanvasRenderingContext2D} context
 * @param {Map<number, Array<Array<number>>>} shapes see `Contours`.
 * @param {Object} how
 * @param {Map<number, {css: string, label: string}>} how.looks of each object; others are not drawn.
 * @param {number} how.opacity of the areas, 0..1.
 * @param {number} how.scale device pixels for a pixel of the frame.
 * @param {number} how.ratio
 * @param {Array<number>|null} how.arrow the pixel that `drawArrow` will point at: labels stay clear of the arrow.
 */
export function drawObjects(context, shapes, { looks, opacity, scale, ratio, arrow }) {
  const objects = [...shapes].filter(([id]) => looks.has(id));
  context.lineJoin = 'round';
  for (const [id, lines] of objects) {
    const path = pathOf(lines, scale);
    context.globalAlpha = opacity;
    context.fillStyle = looks.get(id).css;
    context.fill(path);
    context.globalAlpha = 1;
    strokeTwice(context, path, looks.get(id).css, OUTLINE * ratio, (OUTLINE + 2 * CASING) * ratio);
  }
  drawLabels(
    context,
    objects.map(([id, lines]) => ({ ...looks.get(id), box: boxOf(lines, scale) })),
    ratio,
    arrow ? [boxOfArrow(context.canvas, arrow, { scale, ratio })] : [],
  );
}

/** Mark a pixel of the frame with a cross. */
export function drawCross(context, { x, y }, { scale, ratio }) {
  const [column, row, reach] = [(x + 0.5) * scale, (y + 0.5) * scale, CROSS * ratio];
  const path = new Path2D();
  path.moveTo(column - reach, row);
  path.lineTo(column + reach, row);
  path.moveTo(column, row - reach);
  path.lineTo(column, row + reach);
  strokeTwice(context, path, '#fff', 2 * ratio, 5 * ratio);
}

/** Point at a pixel of the frame with an arrow, which comes from where there is more room. */
export function drawArrow(context, place, { scale, ratio }) {
  const { size, at } = layArrow(context.canvas, place, { scale, ratio });
  const path = new Path2D();
  const { near, far, head } = ARROW;
  path.moveTo(...at(far));
  path.lineTo(...at(near));
  path.moveTo(...at(near + head, head / 2));
  path.lineTo(...at(near));
  path.lineTo(...at(near + head, -head / 2));
  strokeTwice(context, path, '#fff', ARROW.width * size, (ARROW.width + 3) * size);
}

/** Return the box {x, y, width, height} of the arrow that points at a pixel. */
export function boxOfArrow(canvas, place, { scale, ratio }) {
  const { size, at } = layArrow(canvas, place, { scale, ratio });
  const [[x, y], [otherX, otherY]] = [at(ARROW.near), at(ARROW.far)];
  const margin = ARROW.width * size;
  return {
    x: Math.min(x, otherX) - margin,
    y: Math.min(y, otherY) - margin,
    width: Math.abs(x - otherX) + 2 * margin,
    height: Math.abs(y - otherY) + 2 * margin,
  };
}

/** Return the size of an arrow, and where it is `far` from the pixel and so much `across` its line. */
function layArrow({ width, height }, [x, y], { scale, ratio }) {
  const size = ratio * Math.min(1, Math.max(0.6, width / ratio / ROOMY));
  const [column, row] = [x * scale, y * scale];
  const sides = [column < width / 2 ? 1 : -1, row < height / 2 ? 1 : -1];
  const at = (far, across = 0) => [
    column + (sides[0] * far * size) / Math.SQRT2 + sides[0] * across * size,
    row + (sides[1] * far * size) / Math.SQRT2 - sides[1] * across * size,
  ];
  return { size, at };
}

function pathOf(lines, scale) {
  const path = new Path2D();
  for (const line of lines) {
    path.moveTo(line[0] * scale, line[1] * scale);
    for (let i = 2; i < line.length; i += 2) {
      path.lineTo(line[i] * scale, line[i + 1] * scale);
    }
    path.closePath();
  }
  return path;
}

function strokeTwice(context, path, colour, width, casing) {
  context.lineCap = 'round';
  context.strokeStyle = DARK;
  context.lineWidth = casing;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

function drawLabels(context, objects, ratio, occupied) {
  context.font = `600 ${FONT * ratio}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const height = (FONT + 5) * ratio;
  const labels = objects.map(({ label, css, box }) => {
    const words = label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
    const width = Math.max(height, context.measureText(words).width + 10 * ratio);
    return { words, css, box, width, height };
  });
  placeLabels(labels, context.canvas, occupied).forEach(([x, y], number) => {
    const { words, css, width } = labels[number];
    const tag = new Path2D();
    tag.roundRect(x, y, width, height, 4 * ratio);
    context.fillStyle = 'rgb(0 0 0 / 0.8)';
    context.fill(tag);
    context.strokeStyle = css;
    context.lineWidth = 1.5 * ratio;
    context.stroke(tag);
    context.fillStyle = '#fff';
    context.fillText(words, x + (width - context.measureText(words).width) / 2, y + height / 2);
  });
}
