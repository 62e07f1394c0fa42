/** Return bytes one after the other. */
export function joined(parts) {
  if (parts.length === 1) {
    return parts[0];
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}
