/** How a model is told from the others, in charts and at its pane: a colour and a dash, by its place in the run. */

export const DASHES = [[], [9, 4], [3, 3], [12, 3, 3, 3], [6, 2, 2, 2, 2, 2], [2, 5]];
const SVG = 'http://www.w3.org/2000/svg';

/** Return the colour, as a style names it (player.css), and the dash of the model at a place. */
export function markOf(place) {
  const number = place % DASHES.length;
  return { colour: `--model-${number + 1}`, dash: DASHES[number] };
}

/** Make a piece of a model's line, for legends. */
export function swatch(place) {
  const { colour, dash } = markOf(place);
  const picture = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'line');
  const attributes = { x1: 1, x2: 29, y1: 5, y2: 5, 'stroke-width': 3, 'stroke-dasharray': dash.join(' ') };
  Object.entries(attributes).forEach(([name, value]) => line.setAttribute(name, value));
  line.style.stroke = `var(${colour})`;
  picture.setAttribute('class', 'swatch');
  picture.setAttribute('viewBox', '0 0 30 10');
  picture.setAttribute('aria-hidden', 'true');
  picture.append(line);
  return picture;
}
