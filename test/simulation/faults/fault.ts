/** A fault put into the client on purpose. */

import type { Patch } from '../client-code.ts';

export interface Fault {
  /** What is wrong. */
  readonly name: string;
  readonly patches: readonly Patch[];
}

export const fault = (name: string, file: string, find: string, replace: string): Fault => ({
  name,
  patches: [{ file: `src/${file}`, find, replace }],
});
