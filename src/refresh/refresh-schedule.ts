/** Refreshes ahead of expiry while the page is visible. Its timer is a hint: every wake-up of the page looks again. */

import { emit } from '../events.js';
import { dueBeforeExpiry, remaining, spreadBeforeExpiry } from '../session/access-token.js';
import { keepHintGone } from '../session/session-changes.js';
import { type HintNews, hintNews } from '../session/session-hint.js';
import type { SessionRecord } from '../session/session-record.js';
import { askPeers, post, postChange } from '../tabs/session-sync.js';
import { elapsed, startTimer } from '../wait.js';
import { liftPause, pauseLeft } from './cool-down.js';
import { refresh } from './refresher.js';
import type { RefreshParts } from './refreshing.js';

/** Milliseconds from a failure to the next attempt, at least: a pause may be longer. */
const RETRY_AFTER = 1_000;

/**
 * Refreshes now if that is due, else when it will be.
 *
 * @param minDelay milliseconds to wait at least
 */
export function refreshIfDue(parts: RefreshParts, minDelay = 0): void {
  const { settings, session, refreshing } = parts;
  const { schedule, coolDown } = refreshing;
  schedule.stopTimer?.();
  const news = usefulHint(parts);
  const { document } = globalThis;
  // A hidden tab, or a worker, refreshes on demand only, or it would keep an idle session alive for ever. Nor do all that share
  // a cookie, each on an origin of its own, spend it in one moment when somebody signs in: those that are shown ask first.
  const isHidden = !document || document.visibilityState === 'hidden';
  if (session.disposed.isOpen || (isHidden && news !== 'gone')) return;
  const { token, ended, epoch } = session.record;
  // A restore is needed once the app has asked for it, or once another tab has posted a session without its token.
  if (!token && !news && (ended || !(schedule.isRestoreWanted || epoch))) return;
  let due = Math.max(minDelay, pauseLeft(coolDown));
  if (token && !news) {
    const ahead = dueBeforeExpiry(token, settings.refreshAhead + schedule.spread);
    const early = remaining(token) - ahead;
    // Tabs share a token, and so its expiry. Each waits a random while longer, so that they don't all wake at once.
    if (early > 0) due = Math.max(due, early + ((1 - Math.random()) * ahead) / 5);
  }
  if (due) {
    DEVELOPMENT: emit(session.listeners, 'refresh-planned', { in: Math.round(due) });
    schedule.stopTimer = startTimer(due, () => refreshIfDue(parts));
    return;
  }
  const { change } = session;
  void refresh(parts, news ? 'hint' : 'demand').then((outcome) => {
    // The hint had nothing new to tell when the turn came: what was due before is due still.
    if (news && outcome === 'changed' && session.change === change) refreshIfDue(parts);
  });
}

/** Milliseconds in which the server isn't asked again because of the hint cookie, after it had nothing new to say. */
const HINT_RESTS = 30_000;

/** What the hint cookie tells, unless it has just told something new that was none. */
function usefulHint({ session, refreshing: { schedule } }: RefreshParts): HintNews | undefined {
  const { fruitlessHint } = schedule;
  return fruitlessHint && elapsed(fruitlessHint) < HINT_RESTS ? undefined : hintNews(session);
}

/** Milliseconds after which this tab's own answer, or another tab's message, has come if that has changed the hint cookie. */
const HINT_SETTLES = 25;

/**
 * Refreshes where that is due: soon where the hint cookie tells something new, unless another tab knows of it. To be called
 * after each change: the page may see the cookie later than the message of the tab that has changed it.
 */
export function lookAround(parts: RefreshParts): void {
  keepHintGone(parts.session);
  refreshIfDue(parts, usefulHint(parts) ? HINT_SETTLES : 0);
}

/** A token has come. One that nobody foresaw is refreshed a while earlier, once. */
export function spreadNextRefresh({ settings, session, refreshing }: RefreshParts, previous: SessionRecord): void {
  const { token, id } = session.record;
  // A sign-in is one person's doing.
  const last = previous.id === id ? previous.token : undefined;
  refreshing.schedule.spread = token ? spreadBeforeExpiry(token, last, settings.refreshAhead) : 0;
}

/** After a refresh in vain. A restore, too, is wanted from now on. */
export function retryLater(parts: RefreshParts): void {
  parts.refreshing.schedule.isRestoreWanted = true;
  refreshIfDue(parts, RETRY_AFTER);
}

/** Refreshes, where it is due, whenever the page wakes up, and when the hint cookie changes; returns its undo. */
export function watchPageWakeUps(parts: RefreshParts): () => void {
  const { session, tabs, refreshing } = parts;

  const onFreeze = () => {
    tabs.isFrozen = true;
  };
  function wakeUp({ type, persisted }: Event & { persisted?: boolean }): void {
    tabs.isFrozen = false;
    DEVELOPMENT: emit(session.listeners, 'page-woke-up', { event: type });
    if (type === 'online') liftPause(refreshing.coolDown);
    // The channel stayed silent while the page was prerendered.
    if (type === 'prerenderingchange') {
      postChange(tabs, session);
      // It may have taken its user for a visitor, by the hint cookie.
      if (!session.record.epoch) post(tabs, { kind: 'ask' });
    }
    // Back from the back/forward cache: whatever happened meanwhile, the other tabs know.
    if (persisted) {
      refreshing.schedule.isCatchingUp = true;
      void askPeers(tabs, session).then(() => {
        refreshing.schedule.isCatchingUp = false;
      });
    }
    lookAround(parts);
  }

  const wakeUps = [
    [globalThis.document, 'visibilitychange'],
    [globalThis.document, 'resume'],
    [globalThis.document, 'prerenderingchange'],
    [globalThis, 'pageshow'],
    [globalThis, 'online'],
  ] as const;
  for (const [target, type] of wakeUps) target?.addEventListener?.(type, wakeUp);
  globalThis.document?.addEventListener?.('freeze', onFreeze);
  const unwatch = session.hint.onChange(() => lookAround(parts));
  return () => {
    unwatch();
    globalThis.document?.removeEventListener?.('freeze', onFreeze);
    for (const [target, type] of wakeUps) target?.removeEventListener?.(type, wakeUp);
  };
}
