/** Refuses unknown options: a misspelt one would do nothing, and say nothing. */

import { ConfigurationError } from './errors.js';

/** @throws ConfigurationError naming the key, and in development the known one that is most like it */
export function checkKeys(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    let hint = `Known are ${known.join(', ')}.`;
    DEVELOPMENT: hint = nearestTo(key, known) ?? hint;
    throw new ConfigurationError(`${where}: there is no option '${key}'. ${hint}`);
  }
}

/** Less likeness than this is chance. */
const LIKE_ENOUGH = 0.25;

function nearestTo(key: string, known: readonly string[]): string | undefined {
  const [nearest] = known.map((name) => [likeness(key, name), name] as const).sort(([a], [b]) => b - a);
  return nearest && nearest[0] > LIKE_ENOUGH ? `Did you mean '${nearest[1]}'?` : undefined;
}

/** How many pairs of neighbouring letters two names share, among all that they have (Dice's coefficient). */
function likeness(a: string, b: string): number {
  const [pairsOfA, pairsOfB] = [pairsOf(a), pairsOf(b)];
  return pairsOfA.filter((pair) => pairsOfB.includes(pair)).length / (pairsOfA.length + pairsOfB.length);
}

const pairsOf = (name: string): string[] =>
  Array.from(name.slice(1), (letter, index) => `${name[index]}${letter}`.toLowerCase());
