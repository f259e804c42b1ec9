/** Refreshes ahead of expiry while somebody looks. Its timer is a hint: every waking looks again. */

import { dueBeforeExpiry, remaining } from '../session/access-token.js';
import type { Session } from '../session/session.js';
import type { SessionSync } from '../tabs/session-sync.js';
import { startTimer } from '../wait.js';
import type { CoolDown } from './cool-down.js';
import type { Refresher } from './refresher.js';

/** After a failure that named no pause. */
const LOOK_AGAIN = 1_000;

export interface RefreshSchedule {
  /** After a refresh in vain. A restore, too, is wanted from now on. */
  lookLater(): void;
  dispose(): void;
}

export function createRefreshSchedule(parts: {
  session: Session;
  refresher: Refresher;
  coolDown: CoolDown;
  sync: SessionSync;
  refreshAhead: number;
}): RefreshSchedule {
  const { session, refresher, coolDown, sync } = parts;
  const page = globalThis.document as Document | undefined;
  let stopTimer: (() => void) | undefined;
  let restoreFailed = false;
  // Tabs share a token, and with it the moment: so that not all of them wake at once, each is early by its own measure.
  let earliness = 1;
  let disposed = false;

  function look(): void {
    stopTimer?.();
    // A hidden tab refreshes on demand only, or it would keep an idle session alive for ever.
    if (disposed || page?.visibilityState === 'hidden') return;
    const due = dueIn();
    if (due === undefined) return;
    const pause = Math.max(due, coolDown.remaining());
    if (pause > 0) stopTimer = startTimer(pause, look);
    else void refresher.refresh();
  }

  function dueIn(): number | undefined {
    // Not from the state, which shows a change only after this has heard of it.
    const { token, ended, epoch } = session.record();
    if (token) return remaining(token) - dueBeforeExpiry(token, parts.refreshAhead) * earliness;
    // Nobody needs a restore until somebody has asked for it, or another tab has told of a session without its token.
    return !ended && (restoreFailed || epoch > 0) ? 0 : undefined;
  }

  function lookLater(): void {
    restoreFailed = true;
    stopTimer?.();
    if (!disposed) stopTimer = startTimer(Math.max(LOOK_AGAIN, coolDown.remaining()), look);
  }

  function wake(event: Event): void {
    if (event.type === 'online') coolDown.lift();
    // Back from the back/forward cache: whatever happened meanwhile, the other tabs know.
    if (event.type === 'pageshow' && (event as PageTransitionEvent).persisted) void sync.ask();
    look();
  }

  const unwatch = session.watch(() => {
    earliness = 0.8 + Math.random() / 5;
    look();
  });
  const wakings = [
    [page, 'visibilitychange'],
    [page, 'resume'],
    [globalThis, 'pageshow'],
    [globalThis, 'online'],
  ] as const;
  for (const [target, type] of wakings) target?.addEventListener?.(type, wake);

  return {
    lookLater,
    dispose() {
      disposed = true;
      stopTimer?.();
      unwatch();
      for (const [target, type] of wakings) target?.removeEventListener?.(type, wake);
    },
  };
}
