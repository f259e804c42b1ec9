/** The parts, in their order. */

import { refreshCalls } from './1-refresh-calls.ts';
import { whatGoesWrong } from './2-what-goes-wrong.ts';
import { whatTheUserWaits } from './3-what-the-user-waits.ts';
import { overhead } from './4-overhead.ts';
import type { Part } from './part.ts';

export const PARTS: readonly Part[] = [refreshCalls, whatGoesWrong, whatTheUserWaits, overhead];
