/** The clocks and the dice of the simulation, in place of the machine's: what the package reads is virtual time. */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Milliseconds since the beginning of the simulation. */
let time = 0;
/** Whatever it is: the wall clock must not begin at 0. */
const WALL_AT_START = Date.UTC(2030, 0, 1, 9);

export const setTime = (ms: number): void => {
  time = ms;
};

/** A source of numbers from 0 to 1 that a seed repeats. */
export function createRandom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** From now on `Date.now`, `performance.now` and `Math.random` are those of the simulation; returns its undo. */
export function replaceClocks(random: () => number): () => void {
  const wall = Date.now;
  const dice = Math.random;
  Date.now = () => WALL_AT_START + time;
  performance.now = () => time;
  Math.random = random;
  return () => {
    Date.now = wall;
    Math.random = dice;
    // The machine's own stands on the prototype.
    Reflect.deleteProperty(performance, 'now');
  };
}
