/** A fault put into the client on purpose. */

import type { Patch } from '../client-code.ts';

export interface Fault {
  /** What is wrong. */
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Where few schedules find it: a seed of which 5,000 do. */
  readonly seed?: number | undefined;
}

export const fault = (name: string, file: string, find: string, replace: string, seed?: number): Fault => ({
  name,
  patches: [{ file: `src/${file}`, find, replace }],
  seed,
});
