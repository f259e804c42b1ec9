/** What this tab shares with the other tabs: a channel, and turns. */

import type { HintCookie } from '../cookies.js';
import type { Deadlines } from '../deadlines.js';
import type { PageLife } from '../page.js';
import type { Instant } from '../wait.js';
import type { TabChannel } from './tab-channel.js';

export interface Tabs extends PageLife {
  /** What the channel, and the mark of a handover, are called. */
  readonly name: string;
  /** What the locks are called; the mark of a request under way like the last of them. */
  readonly lockNames: readonly string[];
  /** Absent where the tab is alone, and where the browser gives none. */
  readonly locks: LockManager | undefined;
  /** Absent where the tab is alone. */
  readonly channel: TabChannel | undefined;
  readonly deadlines: Deadlines;
  readonly hint: HintCookie;
  /** The last turn within this tab, where there are no locks. */
  queue: Promise<unknown>;
  /** When this tab has last told another one what it knows. */
  answeredAt?: Instant;
}
