/** The few-shot learner's numbers: the range of their axis, and how they are written. */

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

/** Return a number with so many digits; very small and large ones as a power of ten: 1.43·10⁻⁴. */
export function written(value, digits = 3) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size === 0) {
    return '0';
  }
  const rounded = Number(size.toPrecision(digits));
  const sign = value < 0 ? '−' : '';
  if (rounded >= 0.001 && rounded < 100_000) {
    return sign + rounded.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(rounded))));
  }
  const [mantissa, exponent] = size.toExponential(digits - 1).split('e');
  return `${sign}${mantissa}·${powerOfTen(Number(exponent))}`;
}

/** Return ten to an exponent in superscript. */
export function powerOfTen(exponent) {
  const raised = [...String(exponent)].map((sign) => SUPERSCRIPTS[sign]).join('');
  return `10${raised}`;
}

/** Return a tick as short as it can be written. */
export function tickText(tick) {
  if (tick >= 0.001 && tick < 100_000) {
    return String(tick);
  }
  const [mantissa, exponent] = tick.toExponential().split('e');
  return (mantissa === '1' ? '' : `${mantissa}·`) + powerOfTen(Number(exponent));
}

/** Return the range of a logarithmic axis that holds all losses: a little more than theirs. */
export function lossRange(losses) {
  const known = losses.filter((loss) => loss > 0);
  if (!known.length) {
    return { low: 0.1, high: 1 };
  }
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const margin = Math.max(1.01, (most / least) ** 0.08);
  return { low: least / margin, high: most * margin };
}

/** Fill the names in braces of a text. */
export function filled(text, values) {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
