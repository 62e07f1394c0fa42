/** Where the labels of the objects stand in a picture. */

const GAP = 5; // between an object and its label, in the unit of the boxes

/** Return the box {left, top, right, bottom} of the longest of an object's outlines, scaled. */
export function boxOf(lines, scale) {
  const longest = lines.reduce((most, line) => (line.length > most.length ? line : most));
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < longest.length; i += 2) {
    box.left = Math.min(box.left, longest[i] * scale);
    box.right = Math.max(box.right, longest[i] * scale);
    box.top = Math.min(box.top, longest[i + 1] * scale);
    box.bottom = Math.max(box.bottom, longest[i + 1] * scale);
  }
  return box;
}

/**
 * Return the upper left corners [x, y] of labels that stand beside their objects, inside of the picture and clear of
 * one another where there is room: above, below, right or left of the object, else on it.
 * @param {Array<{box: Object, width: number, height: number}>} labels
 * @param {{width: number, height: number}} picture
 * @param {Array<{x: number, y: number, width: number, height: number}>} occupied what else is to stay clear.
 */
export function placeLabels(labels, picture, occupied = []) {
  const taken = [...occupied];
  return labels.map((label) => {
    const places = candidates(label).map((place) => keptInside(place, label, picture));
    const isFree = ([x, y]) =>
      !taken.some((other) => overlaps({ x, y, ...label }, other)) && !covers([x, y], label);
    const [x, y] = places.find(isFree) ?? places[0];
    taken.push({ x, y, width: label.width, height: label.height });
    return [x, y];
  });
}

function candidates({ box, width, height }) {
  const [centre, middle] = [(box.left + box.right - width) / 2, (box.top + box.bottom - height) / 2];
  return [
    [centre, box.top - height - GAP],
    [centre, box.bottom + GAP],
    [box.right + GAP, middle],
    [box.left - width - GAP, middle],
  ];
}

function keptInside([x, y], { width, height }, picture) {
  return [Math.max(0, Math.min(x, picture.width - width)), Math.max(0, Math.min(y, picture.height - height))];
}

/** Tell whether a label at a place hides its own object, which is so where it had to be moved into the picture. */
function covers([x, y], { box, width, height }) {
  return x < box.right && x + width > box.left && y < box.bottom && y + height > box.top;
}

function overlaps(one, other) {
  return (
    one.x < other.x + other.width &&
    one.x + one.width > other.x &&
    one.y < other.y + other.height &&
    one.y + one.height > other.y
  );
}
