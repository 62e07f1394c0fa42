/** Numbers that are random but the same in every run (mulberry32). */

/** Return a function that returns whole numbers from 0 up to `below`, excluded. */
export function seeded(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

/** Return `count` random bytes below a limit. */
export function randomBytes(random, count, below = 256) {
  return Uint8Array.from({ length: count }, () => random(below));
}
