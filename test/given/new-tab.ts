/** A tab that has just been opened. */

import { pass } from '../world/clocks.ts';

/** It gives the other tabs a moment to answer before it asks the server. */
export const othersStaySilent = (): Promise<void> => pass(40);
