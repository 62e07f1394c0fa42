/** Return the value, or the end of the range that is nearest to it. */
export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

/** Return the mean of the numbers that are there; null if there are none. */
export function mean(values) {
  const known = values.filter(isKnown);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

/** Tell whether a number was measured: JSON has null, a missing key undefined where there is none. */
export function isKnown(value) {
  return value !== null && value !== undefined;
}

/** Return a number with fixed decimals, or a dash where there is none. */
export function fixed(value, digits) {
  return isKnown(value) ? value.toFixed(digits) : '–';
}

/** Write a number of bytes with two figures: "6.4 MB", "170 MB", at least "1 kB". */
export function sizeText(bytes) {
  const [unit, name] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const value = Number(Math.max(1, bytes / unit).toPrecision(2));
  return `${value} ${name}`;
}
