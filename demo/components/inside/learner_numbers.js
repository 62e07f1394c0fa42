/** The few-shot learner's numbers: where losses lie on a logarithmic axis, and how they are written. */

const SUPERSCRIPTS = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};
const WITHIN = [[1, 2, 5], [1, 3], [1]];

/** Return a number with so many digits; very small and large ones as a power of ten: 1.43·10⁻⁴. */
export function written(value, digits = 3) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size === 0 || (size >= 0.01 && size < 100_000)) {
    return String(Number(value.toPrecision(digits)));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  return `${mantissa}·${powerOfTen(Number(exponent))}`;
}

/** Return ten to an exponent in superscript. */
export function powerOfTen(exponent) {
  const raised = [...String(exponent)].map((sign) => SUPERSCRIPTS[sign]).join('');
  return `10${raised}`;
}

/** Return two to about seven round numbers from `low` to `high`, both positive, for a logarithmic axis. */
export function logTicks(low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.log10(high / low);
  const steps = WITHIN[Math.min(WITHIN.length - 1, Math.floor(decades))];
  const ticks = [];
  for (let exponent = first; exponent <= last; exponent += 1) {
    ticks.push(...steps.map((step) => Number(`${step}e${exponent}`)));
  }
  const inside = ticks.filter((tick) => tick >= low / 1.001 && tick <= high * 1.001);
  const every = Math.ceil(inside.length / 7);
  return inside.filter((_, number) => number % every === 0);
}

/**
 * Return the range of a logarithmic axis that holds all losses: a little more than theirs.
 * @param {Array<Array<number>>} curves
 */
export function lossRange(curves) {
  const known = curves.flat().filter((loss) => loss > 0);
  if (!known.length) {
    return { low: 0.1, high: 1 };
  }
  return { low: Math.min(...known) / 1.25, high: Math.max(...known) * 1.25 };
}

/** Return how far up a loss lies on a logarithmic axis: 0 at its lower end, 1 at its upper one; 0 for none. */
export function heightOf(loss, { low, high }) {
  return loss > 0 ? Math.log(loss / low) / Math.log(high / low) : 0;
}

/** Fill the names in braces of a text. */
export function filled(text, values) {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
