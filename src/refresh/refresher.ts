/** Whether and when the token endpoint is called: once in this tab, once among tabs, and not while it cools down. */

import { type AnyAuthError, RefreshUnavailableError, SessionExpiredError } from '../errors.js';
import type { Events } from '../events.js';
import type { Session } from '../session/session.js';
import type { SessionSync } from '../tabs/session-sync.js';
import type { TabLock } from '../tabs/tab-lock.js';
import { elapsed, gate, now, within } from '../wait.js';
import type { CoolDown } from './cool-down.js';
import { shareInFlight } from './share-in-flight.js';
import type { Unreachable, Verdict } from './token-response.js';

/** Callers look at the session again when it has moved; how it moved is for them to judge. */
export type RefreshOutcome = 'moved' | RefreshUnavailableError;

export interface Refresher {
  /** One refresh for all who ask meanwhile. Settles within the time-out, even if the request itself takes longer. */
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
  timeout: number;
  /** Milliseconds after which the request is given up. */
  abandonAfter: number;
  callEndpoint: (signal: AbortSignal) => Promise<Verdict>;
}): Refresher {
  const { session, sync, lock, coolDown, events, timeout } = parts;
  const fly = shareInFlight(flight);

  return { refresh: shareInFlight(boundedWait) };

  /** What callers hold: over when the session moves, by whatever cause, when the flight fails, or when time is up. */
  async function boundedWait(): Promise<RefreshOutcome> {
    const moved = gate();
    const unwatch = session.watch(moved.open);
    const outcome = await within(timeout, Promise.race([moved.opened, landing(session.version())]), () =>
      unavailable(`no answer within ${timeout} ms; the request runs on.`),
    );
    unwatch();
    return outcome ?? 'moved';
  }

  /** A flight that began for an earlier session ends in nothing for those who joined it later: they fly again. */
  async function landing(version: number): Promise<RefreshOutcome> {
    const outcome = await fly();
    return outcome === 'moved' && session.version() === version ? landing(version) : outcome;
  }

  async function flight(): Promise<RefreshOutcome> {
    const seen = session.version();
    const hasMoved = () => session.version() !== seen;

    if (session.state().status === 'restoring') await sync.ask();
    const pause = coolDown.remaining();
    if (pause > timeout) return unavailable('the server has asked for a pause.', pause);
    if (pause > 0 && !hasMoved()) await coolDown.over();
    if (hasMoved()) return 'moved';

    // The wait for the lock ends with the callers' patience, or when another tab's news makes it needless.
    const patience = new AbortController();
    const unwatch = session.watch(() => patience.abort());
    const task = async () => {
      await sync.catchUp();
      if (hasMoved()) return 'moved';
      if (coolDown.remaining() > 0) return unavailable('another tab has just tried in vain.');
      return attempt(hasMoved);
    };
    try {
      return await lock.run(task, timeout, patience);
    } catch {
      return hasMoved() ? 'moved' : unavailable('another tab has been refreshing, or signing in, for too long.');
    } finally {
      unwatch();
    }
  }

  /** Under the lock. A late answer is refused: the session may have ended, or another user come, in the meantime. */
  async function attempt(hasMoved: () => boolean): Promise<RefreshOutcome> {
    const began = now();
    for (;;) {
      const verdict = await call();
      if (hasMoved()) return 'moved';
      if (verdict.verdict === 'renewed') {
        session.renew(verdict.token);
        await sync.leaveWord();
        return 'moved';
      }
      if (verdict.verdict === 'rejected') {
        // A visitor who never signed in has lost nothing.
        const reason = session.record().token ? 'expired' : 'no-session';
        if (reason === 'expired') report(new SessionExpiredError(`${parts.endpoint} won't refresh: ${verdict.message}`));
        session.end(reason);
        return 'moved';
      }
      const pause = coolDown.start(verdict.retryAfter);
      sync.postCoolDown(pause);
      const failure = report(unavailable(verdict.message, pause, verdict.cause));
      if (verdict.request === 'maybe-processed' || elapsed(began) + pause > timeout) return failure;
      await coolDown.over();
      if (hasMoved()) return 'moved';
    }
  }

  /** No caller's abort reaches the request. Only one that never ends is given up, long after the callers were told. */
  async function call(): Promise<Verdict> {
    const abandoned = new AbortController();
    const verdict = parts.callEndpoint(abandoned.signal);
    return within(parts.abandonAfter, verdict, (): Unreachable => {
      const message = `no answer within ${parts.abandonAfter} ms; the request was given up.`;
      abandoned.abort(new DOMException(message, 'TimeoutError'));
      return { verdict: 'unreachable', message, request: 'maybe-processed' };
    });
  }

  function unavailable(why: string, retryAfter = coolDown.remaining(), cause?: unknown): RefreshUnavailableError {
    return new RefreshUnavailableError(`The access token can't be refreshed just now at ${parts.endpoint}: ${why}`, {
      retryAfter: retryAfter || undefined,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  function report<E extends AnyAuthError>(error: E): E {
    events.emit('refresh-failed', { error });
    return error;
  }
}
