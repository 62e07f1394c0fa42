/** The arithmetic of the two handles: a range of frames [start, end) and every how manyth of them is used. */

/** Return the range with two used frames between its ends at least; the end that did not move gives way. */
export function keepApart({ start, end, stride }, moved, total) {
  const least = 2 * stride;
  if (end - start >= least) {
    return { start, end };
  }
  return moved === 'start'
    ? { start: Math.max(0, end - least), end }
    : { start, end: Math.min(total, start + least) };
}

/** Return how many frames a range has; at most `most` of them are used. */
export function countFrames({ start, end, stride }, most) {
  const count = Math.ceil((end - start) / stride);
  return { count, used: Math.min(count, most) };
}
