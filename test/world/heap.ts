/** What a process still holds on to. */

import { queryObjects } from 'node:v8';

/** How many objects of this kind can be reached; all others are collected first. */
export function alive(kind: abstract new (...args: never[]) => object): number {
  const count = queryObjects(kind, { format: 'count' });
  return typeof count === 'number' ? count : Number.NaN;
}
