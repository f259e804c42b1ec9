/** An access token that has expired while the machine slept: no timer has said so. */

import { jumpWallClock } from '../world/clocks.ts';

/** A token lives for a minute, unless a test says otherwise. */
export const outliveToken = (): void => jumpWallClock(61_000);
