/** Whether and when the token endpoint is called: once in this tab, once among tabs, and not while it cools down. */

import { RefreshUnavailableError, SessionExpiredError } from '../errors.js';
import { emit } from '../events.js';
import { end, renew } from '../session/session.js';
import { noteRequest } from '../tabs/orphaned-request.js';
import { ask, catchUp, post, type SharedSession } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { elapsed, now, within } from '../wait.js';
import { type CoolDown, type Pause, pauseLeft, startPause } from './cool-down.js';
import { callTokenEndpoint, type TokenEndpoint } from './token-endpoint.js';

/** A session that can be refreshed. */
export interface RefreshableSession extends SharedSession, TokenEndpoint, CoolDown {
  refreshing?: Promise<RefreshOutcome> | undefined;
  /** Called when those who waited leave with nothing. */
  onFailure(): void;
}

/** Callers look at the session again when it has moved; how it moved is for them to judge. */
export type RefreshOutcome = 'moved' | RefreshUnavailableError;

/** One refresh for all who ask meanwhile. Never rejects; settles in time, even if the request itself takes longer. */
export function refresh(session: RefreshableSession): Promise<RefreshOutcome> {
  session.refreshing ??= flightInTime(session).finally(() => {
    session.refreshing = undefined;
  });
  return session.refreshing;
}

/** What callers hold: over when the session moves, by whatever cause, when the flight fails, or when time is up. */
async function flightInTime(session: RefreshableSession): Promise<RefreshOutcome> {
  if (session.closed) return 'moved';
  const moved = session.change.opened.then((): RefreshOutcome => 'moved');
  const outcome =
    (await within(session.refreshTimeout, Promise.race([moved, flight(session)]))) ??
    unavailable(session, 'no answer in time; the request runs on');
  if (outcome !== 'moved') session.onFailure();
  return outcome;
}

/** A flight outlives those who wait for it. The next one finds the lock held, and what this one has left behind. */
async function flight(session: RefreshableSession): Promise<RefreshOutcome> {
  const began = now();
  const { change, refreshTimeout } = session;
  const hasMoved = () => session.change !== change;
  let failure: RefreshUnavailableError | undefined;
  let pause: Pause | undefined;

  if (session.state.status === 'restoring') await ask(session);
  for (;;) {
    const left = pauseLeft(session);
    if (elapsed(began) + left > refreshTimeout) {
      return failure ?? unavailable(session, 'it is paused');
    }
    if (left && session.pause) await within(left, session.pause.end.opened);
    if (hasMoved()) return 'moved';
    pause = session.pause;
    const outcome = await runAlone(session, attempt).catch((error: RefreshUnavailableError) => error);
    if (outcome !== 'not-processed') return outcome;
  }

  /** Under the lock. A late answer is refused: the session may have ended, or another user come, in the meantime. */
  async function attempt(signal: AbortSignal): Promise<RefreshOutcome | 'not-processed'> {
    await catchUp(session);
    if (hasMoved()) return 'moved';
    if (session.pause && session.pause !== pause) return unavailable(session, 'it just failed');
    // No caller's abort reaches the request: the signal is that of the lock, for a request that never ends.
    const answered = noteRequest(session);
    const verdict = await callTokenEndpoint(session, signal);
    // A page that leaves sees its request fail, though that goes on. Offline, none has gone out.
    const mayGoOn = verdict.verdict === 'unreachable' && verdict.cause && globalThis.navigator?.onLine;
    if (!mayGoOn) answered();
    if (hasMoved()) return 'moved';
    if (verdict.verdict === 'renewed') {
      renew(session, verdict.token);
      return 'moved';
    }
    if (verdict.verdict === 'rejected') {
      // A visitor who never signed in has lost nothing.
      const reason = session.record.epoch ? 'expired' : 'no-session';
      const error = new SessionExpiredError(`${session.endpoint} refused to refresh: ${verdict.why}.`);
      if (reason === 'expired') emit(session, 'refresh-failed', { error });
      end(session, reason);
      return 'moved';
    }
    startPause(session, verdict.retryAfter);
    // Of a request that may go on the note tells the others; a page that leaves must not tell them of an outage.
    if (!mayGoOn) post(session, { kind: 'cool-down', ms: pauseLeft(session) });
    failure = unavailable(session, verdict.why, verdict.cause);
    emit(session, 'refresh-failed', { error: failure });
    return verdict.verdict === 'not-processed' ? 'not-processed' : failure;
  }
}

function unavailable(session: RefreshableSession, why: string, cause?: unknown): RefreshUnavailableError {
  return new RefreshUnavailableError(
    `${session.endpoint} can't refresh just now: ${why}. Nobody was signed out; try again.`,
    pauseLeft(session) || undefined,
    { cause },
  );
}
