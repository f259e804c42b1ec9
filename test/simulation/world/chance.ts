/** All that is left to chance in a simulated world, drawn from one seed. */

export interface Chance {
  /** From 0 up to 1: the next one of this stream. What one stream draws changes nothing for the others. */
  next(stream: string): number;
  /** Whole, from `least` to `most`. */
  between(stream: string, least: number, most: number): number;
}

export function createChance(seed: number): Chance {
  const states = new Map<string, number>();
  function next(stream: string): number {
    const state = (states.get(stream) ?? hash(stream, seed)) + 0x6d2b79f5;
    states.set(stream, state);
    // mulberry32: small, and good enough to draw delays.
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    between: (stream, least, most) => least + Math.floor(next(stream) * (most - least + 1)),
  };
}

/** FNV-1a. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
