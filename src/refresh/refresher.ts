/** Whether and when the token endpoint is called: once in this tab, once among tabs, and not while it cools down. */

import { RefreshUnavailableError, SessionExpiredError } from '../errors.js';
import type { Events } from '../events.js';
import type { Session } from '../session/session.js';
import type { SessionSync } from '../tabs/session-sync.js';
import type { TabLock } from '../tabs/tab-lock.js';
import { elapsed, now, within } from '../wait.js';
import type { CoolDown } from './cool-down.js';
import { shareInFlight } from './share-in-flight.js';
import type { Verdict } from './token-response.js';

/** Callers look at the session again when it has moved; how it moved is for them to judge. */
export type RefreshOutcome = 'moved' | RefreshUnavailableError;

export interface Refresher {
  /** One refresh for all who ask meanwhile. Never rejects; settles in time, even if the request itself takes longer. */
  refresh(): Promise<RefreshOutcome>;
}

export function createRefresher(parts: {
  session: Session;
  sync: SessionSync;
  lock: TabLock;
  coolDown: CoolDown;
  events: Events;
  /** How errors name the token endpoint. */
  endpoint: string;
  /** Milliseconds that callers wait. */
  refreshTimeout: number;
  callEndpoint: (signal: AbortSignal) => Promise<Verdict>;
  /** Called when those who waited leave with nothing. */
  onFailure: () => void;
}): Refresher {
  const { session, sync, lock, coolDown, events, endpoint, refreshTimeout } = parts;

  return {
    /** What callers hold: over when the session moves, by whatever cause, when the flight fails, or when time is up. */
    refresh: shareInFlight(async () => {
      if (session.isClosed()) return 'moved';
      const moved = session.changed().then((): RefreshOutcome => 'moved');
      const outcome =
        (await within(refreshTimeout, Promise.race([moved, flight()]))) ??
        unavailable('no answer in time; the request runs on');
      if (outcome !== 'moved') parts.onFailure();
      return outcome;
    }),
  };

  /** A flight outlives those who wait for it. The next one finds the lock held, and what this one has left behind. */
  async function flight(): Promise<RefreshOutcome> {
    const seen = session.version();
    const hasMoved = () => session.version() !== seen;

    if (session.state().status === 'restoring') await sync.ask();
    if (coolDown.remaining() > refreshTimeout) return unavailable('the server has asked for a pause');
    if (!hasMoved()) await coolDown.over();
    if (hasMoved()) return 'moved';

    // Another tab's news makes the wait for the lock needless.
    const leave = new AbortController();
    void session.changed().then(() => leave.abort());
    const task = async (signal: AbortSignal): Promise<RefreshOutcome> => {
      await sync.catchUp();
      if (hasMoved()) return 'moved';
      if (coolDown.remaining() > 0) return unavailable('it has just been tried in vain');
      return attempt(signal, hasMoved);
    };
    return lock
      .run(task, refreshTimeout, leave)
      .catch((error: RefreshUnavailableError) => (hasMoved() ? 'moved' : error));
  }

  /** Under the lock. A late answer is refused: the session may have ended, or another user come, in the meantime. */
  async function attempt(signal: AbortSignal, hasMoved: () => boolean): Promise<RefreshOutcome> {
    const began = now();
    for (;;) {
      // No caller's abort reaches the request: the signal is that of the lock, for a request that never ends.
      const verdict = await parts.callEndpoint(signal);
      if (hasMoved()) return 'moved';
      if (verdict.verdict === 'renewed') {
        session.renew(verdict.token);
        await sync.leaveWord();
        return 'moved';
      }
      if (verdict.verdict === 'rejected') {
        // A visitor who never signed in has lost nothing.
        const reason = session.record().epoch ? 'expired' : 'no-session';
        const error = new SessionExpiredError(`${endpoint} refused to refresh: ${verdict.why}.`);
        if (reason === 'expired') events.emit('refresh-failed', { error });
        session.end(reason);
        await sync.leaveWord();
        return 'moved';
      }
      const pause = coolDown.start(verdict.retryAfter);
      sync.postCoolDown(pause);
      const error = unavailable(verdict.why, verdict.cause);
      events.emit('refresh-failed', { error });
      if (verdict.request === 'maybe-processed' || elapsed(began) + pause > refreshTimeout) return error;
      await coolDown.over();
      if (hasMoved()) return 'moved';
    }
  }

  function unavailable(why: string, cause?: unknown): RefreshUnavailableError {
    const message = `${endpoint} can't refresh the access token just now: ${why}. The session is kept; try again later.`;
    return new RefreshUnavailableError(message, coolDown.remaining() || undefined, { cause });
  }
}
