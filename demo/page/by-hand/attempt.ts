/** A click that may fail says so in the log. */

import { noteError } from './journal.ts';

export async function attempt(what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    noteError(what, error);
  }
}
