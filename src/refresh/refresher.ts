/** Whether and when the token endpoint is called: once in this tab, once among tabs, and not while it cools down. */

import { RefreshUnavailableError, SessionExpiredError } from '../errors.js';
import { emit } from '../events.js';
import { pageActivated } from '../page.js';
import { abandonCookieSignIn, beginSession, endSession, keepToken, renewSession } from '../session/session.js';
import { clearNoSession, markPending } from '../tabs/pending-request-mark.js';
import { askPeers, handoverArrived, post, type SharedSession } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { elapsed, type Gate, now, opened, startTimer } from '../wait.js';
import { type CoolDown, LEAST_PAUSE, pauseLeft, resetCoolDown, startPause } from './cool-down.js';
import { callTokenEndpoint, type TokenEndpoint } from './token-endpoint.js';

/** A session that can be refreshed. */
export interface RefreshableSession extends SharedSession, TokenEndpoint, CoolDown {
  /** The flight of now; one that began before the last change is over, though its promise may not have settled. */
  flight?: Flight | undefined;
  /** Called when those who waited leave with nothing. */
  onFailure(): void;
  /** Called under the lock, when a cookie has landed that a sign-out should have deleted. */
  onLateCookie(): Promise<unknown>;
}

interface Flight {
  /** The gate of the change that ends it. */
  readonly change: Gate;
  outcome: Promise<RefreshOutcome>;
  /** Its request has been sent. */
  isSent: boolean;
}

/** Callers look at the session again when it has moved; how it moved is for them to judge. */
export type RefreshOutcome = 'changed' | RefreshUnavailableError;

export const isRefreshing = ({ flight, change }: RefreshableSession): boolean => flight?.change === change;

/** One refresh for all who ask meanwhile. Never rejects; settles in time, even if the request itself takes longer. */
export function refresh(session: RefreshableSession): Promise<RefreshOutcome> {
  if (session.flight && isRefreshing(session)) return session.flight.outcome;
  const flight = { change: session.change, isSent: false } as Flight;
  flight.outcome = waitForFlight(session, flight).finally(() => {
    if (session.flight === flight) session.flight = undefined;
  });
  session.flight = flight;
  return flight.outcome;
}

/** What callers hold: over when the session moves, by whatever cause, when the flight fails, or when time is up. */
async function waitForFlight(session: RefreshableSession, flight: Flight): Promise<RefreshOutcome> {
  const { change } = flight;
  await pageActivated(session);
  if (session.closed || session.change !== change) return 'changed';
  const outcome = await new Promise<RefreshOutcome>((resolve) => {
    const settle = (outcome: RefreshOutcome) => {
      stopTimer();
      forget();
      resolve(outcome);
    };
    const stopTimer = startTimer(session.refreshTimeout, () => {
      const what = flight.isSent ? 'its answer, and the request runs on' : 'its turn, which another tab has';
      settle(unavailable(session, `it waited ${session.refreshTimeout} ms for ${what}`));
    });
    const forget = change.onOpen(() => settle('changed'));
    void runFlight(session, flight).then(settle);
  });
  if (outcome !== 'changed') session.onFailure();
  return outcome;
}

/** A flight outlives those who wait for it. The next one finds the lock held, and what this one has left behind. */
async function runFlight(session: RefreshableSession, flight: Flight): Promise<RefreshOutcome> {
  const began = now();
  const hasChanged = () => session.change !== flight.change;
  let failure: RefreshUnavailableError | undefined;

  if (session.state.status === 'restoring') await askPeers(session);
  for (;;) {
    if (hasChanged()) return 'changed';
    const { pause } = session;
    const left = pauseLeft(session);
    if (elapsed(began) + left > session.refreshTimeout)
      return failure ?? unavailable(session, `it is paused for ${left} ms after a failure`);
    if (pause && left) {
      await opened(pause.end, left);
      continue;
    }
    try {
      const outcome = await runAlone(session, async (signal) => {
        await handoverArrived(session);
        if (hasChanged()) return 'changed';
        if (session.pause !== pause && pauseLeft(session)) return unavailable(session, 'it just failed in another tab');
        flight.isSent = true;
        return callAndApply(session, hasChanged, signal);
      });
      // Only where nothing was spent, here or in another tab, is the request sent again by itself.
      if (outcome === 'changed' || !session.pause?.mayRetry) return outcome;
      failure = outcome;
    } catch (error) {
      return error as RefreshUnavailableError;
    }
  }
}

/** Under the lock. A late answer is refused: the session may have ended, or another user come, in the meantime. */
async function callAndApply(
  session: RefreshableSession,
  hasChanged: () => boolean,
  signal: AbortSignal,
): Promise<RefreshOutcome> {
  const { cookieSignIn, record } = session;
  // No caller's abort reaches the request: the signal is that of the lock, for a request that never ends.
  const endMark = markPending(session, cookieSignIn ? 'user' : 'maybe-guest');
  const verdict = await callTokenEndpoint(session, signal, cookieSignIn ? undefined : record.token);
  // By now another tab may have told of a session. A visitor without one can't be helped by a right request.
  const isKnown = (session.cookieSignIn?.newestHeard ?? session.record).epoch > 0;
  const isOver = verdict.verdict === 'rejected' || (verdict.verdict === 'request-refused' && !isKnown);
  // A page that leaves sees its request fail, though that goes on. Offline, none has gone out.
  const isLost = verdict.verdict === 'no-answer' && globalThis.navigator?.onLine;
  const stays = endMark(isLost ? 'lost' : isOver && !hasChanged() ? 'no-session' : 'answered');

  if (hasChanged()) {
    const { overtook, epoch } = session.record;
    if (verdict.verdict === 'renewed' && overtook && epoch !== record.epoch) await session.onLateCookie();
    return 'changed';
  }
  if (verdict.verdict === 'unchanged') {
    resetCoolDown(session);
    keepToken(session);
    return 'changed';
  }
  if (verdict.verdict === 'renewed') {
    clearNoSession(session);
    if (cookieSignIn) {
      beginSession(session, verdict.token);
      cookieSignIn.userVersion = session.userVersion;
    } else renewSession(session, verdict.token);
    return 'changed';
  }
  const { why, retryAfter, cause } = verdict;
  if (isOver) {
    // Also a later sign-in with the same cookie. Whoever else is signed in has no other.
    for (const each of [cookieSignIn, session.cookieSignIn]) if (each) each.refusal = why;
    abandonCookieSignIn(session);
    // A visitor who never signed in has lost nothing.
    const reason = session.record.epoch ? 'expired' : 'no-session';
    const error = new SessionExpiredError(`${session.endpoint} refused to refresh: ${why}.`);
    if (reason === 'expired') emit(session, 'refresh-failed', { error });
    endSession(session, reason);
    return 'changed';
  }
  const mayRetry = verdict.verdict === 'not-processed';
  startPause(session, { ms: retryAfter, isNamed: retryAfter !== undefined, mayRetry });
  // Of a request that may go on its mark tells the others; a page that leaves must not tell them of an outage.
  void stays.then((isStaying) => {
    if (!isStaying || hasChanged()) return;
    // This tab's own may be over by now.
    if (pauseLeft(session)) postPause(session);
    else post(session, { kind: 'cool-down', ms: LEAST_PAUSE, isNamed: false, mayRetry });
  });
  const error = unavailable(session, why, cause);
  emit(session, 'refresh-failed', { error });
  return error;
}

/** Tells the other tabs of a cool-down, if there is one. */
export function postPause(session: RefreshableSession): void {
  const { pause } = session;
  const ms = pauseLeft(session);
  if (pause && ms) post(session, { kind: 'cool-down', ms, isNamed: pause.isNamed, mayRetry: pause.mayRetry });
}

function unavailable(session: RefreshableSession, why: string, cause?: unknown): RefreshUnavailableError {
  return new RefreshUnavailableError(
    `${session.endpoint} can't refresh just now: ${why}. Nobody was signed out; try again.`,
    pauseLeft(session) || undefined,
    { cause },
  );
}
