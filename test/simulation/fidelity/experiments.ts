/** All experiments, by what they look into. */

import { ANSWERS_WHILE_AWAY } from './experiments/answers-while-away.ts';
import { BACK_FORWARD } from './experiments/back-forward.ts';
import { CHANNELS } from './experiments/channels.ts';
import { FREEZING } from './experiments/freezing.ts';
import { LOCKS } from './experiments/locks.ts';
import { LOCKS_WHILE_AWAY } from './experiments/locks-while-away.ts';
import { NETWORK } from './experiments/network.ts';
import { PAGES_THAT_GO } from './experiments/pages-that-go.ts';
import { PRERENDERED_PAGES } from './experiments/prerendering.ts';
import { STORAGE } from './experiments/storage.ts';
import type { Experiment } from './lab.ts';

export const EXPERIMENTS: readonly Experiment[] = [
  ...LOCKS,
  ...PAGES_THAT_GO,
  ...CHANNELS,
  ...STORAGE,
  ...NETWORK,
  ...BACK_FORWARD,
  ...LOCKS_WHILE_AWAY,
  ...ANSWERS_WHILE_AWAY,
  ...PRERENDERED_PAGES,
  ...FREEZING,
];
