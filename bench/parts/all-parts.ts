/** The parts, in their order. */

import { refreshCalls } from './1-refresh-calls.ts';
import { whatGoesWrong } from './2-what-goes-wrong.ts';
import { whatTheUserWaits } from './3-what-the-user-waits.ts';
import { overhead } from './4-overhead.ts';
import { waitingLine } from './5-waiting-line.ts';
import { uploads } from './6-uploads.ts';
import { newTab } from './7-a-new-tab.ts';
import { size } from './8-size.ts';
import { start } from './9-start.ts';
import type { Part } from './part.ts';

export const PARTS: readonly Part[] = [
  refreshCalls,
  whatGoesWrong,
  whatTheUserWaits,
  overhead,
  waitingLine,
  uploads,
  newTab,
  size,
  start,
];
