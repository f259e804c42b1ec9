/** Refreshes ahead of expiry while somebody looks. Its timer is a hint: every waking looks again. */

import { dueBeforeExpiry, remaining } from '../session/access-token.js';
import { askPeers, postChange } from '../tabs/session-sync.js';
import { startTimer } from '../wait.js';
import { liftPause, pauseLeft } from './cool-down.js';
import { type RefreshableSession, refresh } from './refresher.js';

/** A session that is refreshed ahead of expiry. */
export interface ScheduledSession extends RefreshableSession {
  /** Milliseconds. */
  readonly refreshAhead: number;
  /** A restore is wanted: somebody has asked for it, in vain. */
  isRestoreWanted?: boolean;
  stopTimer?: () => void;
}

/** After a failure that named no pause. */
const RETRY_AFTER = 1_000;

/**
 * Looks whether a refresh is due, now or later. To be called after each change.
 *
 * @param minDelay milliseconds to wait at least
 */
export function refreshIfDue(session: ScheduledSession, minDelay = 0): void {
  session.stopTimer?.();
  // A hidden tab refreshes on demand only, or it would keep an idle session alive for ever.
  if (session.closed || globalThis.document?.visibilityState === 'hidden') return;
  const { token, ended, epoch } = session.record;
  // Nobody needs a restore until somebody has asked for it, or another tab has told of a session without its token.
  if (!token && (ended || !(session.isRestoreWanted || epoch))) return;
  let due = Math.max(minDelay, pauseLeft(session));
  if (token) {
    const ahead = dueBeforeExpiry(token, session.refreshAhead);
    const early = remaining(token) - ahead;
    // Tabs share a token, and with it the moment: so that not all of them wake at once, each is late by its own measure.
    if (early > 0) due = Math.max(due, early + ((1 - Math.random()) * ahead) / 5);
  }
  if (due) session.stopTimer = startTimer(due, () => refreshIfDue(session));
  else void refresh(session);
}

/** After a refresh in vain. A restore, too, is wanted from now on. */
export function retryLater(session: ScheduledSession): void {
  session.isRestoreWanted = true;
  refreshIfDue(session, RETRY_AFTER);
}

/** Looks at every waking; returns its undo. */
export function watchPageWakeUps(session: ScheduledSession): () => void {
  function wake({ type, persisted }: Event & { persisted?: boolean }): void {
    if (type === 'online') liftPause(session);
    // What has happened while the page was prerendered nobody has heard.
    if (type === 'prerenderingchange') postChange(session);
    // Back from the back/forward cache: whatever happened meanwhile, the other tabs know.
    if (persisted) void askPeers(session);
    refreshIfDue(session);
  }

  const wakings = [
    [globalThis.document, 'visibilitychange'],
    [globalThis.document, 'resume'],
    [globalThis.document, 'prerenderingchange'],
    [globalThis, 'pageshow'],
    [globalThis, 'online'],
  ] as const;
  for (const [target, type] of wakings) target?.addEventListener?.(type, wake);
  return () => {
    for (const [target, type] of wakings) target?.removeEventListener?.(type, wake);
  };
}
