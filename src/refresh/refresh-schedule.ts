/** Refreshes ahead of expiry while somebody looks. Its timer is a hint: every waking looks again. */

import type { Events } from '../events.js';
import { dueBeforeExpiry, remaining } from '../session/access-token.js';
import type { Session } from '../session/session.js';
import type { SessionSync } from '../tabs/session-sync.js';
import { startTimer } from '../wait.js';
import type { CoolDown } from './cool-down.js';
import type { Refresher } from './refresher.js';

/** After a failure that named no pause. */
const LOOK_AGAIN = 1_000;

export function createRefreshSchedule(parts: {
  session: Session;
  refresher: Refresher;
  coolDown: CoolDown;
  sync: SessionSync;
  events: Events;
  refreshAhead: number;
}): { dispose(): void } {
  const { session, refresher, coolDown, sync, events } = parts;
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
    else refresher.refresh().then((outcome) => outcome !== 'moved' && lookLater());
  }

  function dueIn(): number | undefined {
    const { token } = session.record();
    if (token) return remaining(token) - dueBeforeExpiry(token, parts.refreshAhead) * earliness;
    // Nobody needs a restore until somebody has asked for it, or another tab has told of a session without its token.
    const wanted = restoreFailed || session.record().epoch > 0;
    return wanted && session.state().status === 'restoring' ? 0 : undefined;
  }

  function lookLater(): void {
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
  const unlisten = events.on('refresh-failed', () => {
    restoreFailed = true;
    lookLater();
  });
  const wakings = [
    [page, 'visibilitychange'],
    [page, 'resume'],
    [globalThis, 'pageshow'],
    [globalThis, 'online'],
  ] as const;
  for (const [target, type] of wakings) target?.addEventListener?.(type, wake);

  return {
    dispose() {
      disposed = true;
      stopTimer?.();
      unwatch();
      unlisten();
      for (const [target, type] of wakings) target?.removeEventListener?.(type, wake);
    },
  };
}
