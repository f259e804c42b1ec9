/** A token that will be good for a while: at once where there is one, else after the one refresh. */

import {
  type AnyAuthError,
  ConfigurationError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
} from '../errors.js';
import { type AccessToken, dueBeforeExpiry, remaining } from '../session/access-token.js';
import { abortable, elapsed, type Instant, now } from '../wait.js';
import type { ScheduledSession } from './refresh-schedule.js';
import { refresh } from './refresher.js';

/** A session that requests get their tokens from. */
export interface UsableSession extends ScheduledSession {
  /** Sign-ins under way in this tab. Nobody waits then: their own requests may come through here. */
  signIns: number;
  /** When the API last refused a token that had only just been refreshed. */
  futileAt?: Instant | undefined;
}

/** Who wants a token, for which session, and until when they wait. */
export interface TokenDemand {
  /** How errors name it: method, origin and path. */
  readonly label: string;
  readonly tenure: number;
  /** Milliseconds that the token must still be good for. */
  readonly minValidity?: number | undefined;
  readonly signal?: AbortSignal | null | undefined;
}

/** A token that expires while its request travels costs a 401 and a replay. */
const TRAVEL_TIME = 5_000;
/** How long a 401 costs no refresh, after one has turned out to be of no use. */
const FUTILE_FOR = 30_000;

/**
 * A token that is good for long enough: today's where it is, else that of the one refresh, else what is left of
 * today's. `undefined` where nobody is signed in, or where a refresh wouldn't help.
 *
 * @param refused the token that has met a 401: today's will do, if it is another one
 */
export async function tokenFor(
  session: UsableSession,
  { label, tenure, minValidity, signal }: TokenDemand,
  refused?: AccessToken,
): Promise<AccessToken | undefined> {
  function today(): AccessToken | undefined {
    if (session.closed || session.tenure !== tenure) throw departure(session, label);
    const { token } = session.record;
    return token && token !== refused && remaining(token) > 0 ? token : undefined;
  }

  signal?.throwIfAborted();
  const token = today();
  if (token) {
    const due = dueBeforeExpiry(token, session.refreshAhead);
    // A careless `minValidity`, longer than tokens live, must not refresh at each call: half the lifetime is the most.
    const margin = Math.min(minValidity ?? Math.min(TRAVEL_TIME, due / 2), token.lifetime / 2);
    if (remaining(token) <= due) void refresh(session);
    if (remaining(token) > margin) return token;
  }
  const isFutile = refused && session.futileAt && elapsed(session.futileAt) < FUTILE_FOR;
  if (session.record.ended || session.signIns || isFutile) return token;
  const outcome = await abortable(refresh(session), signal);
  const fresh = today();
  if (fresh || session.record.ended) return fresh;
  const cause = outcome === 'moved' ? undefined : outcome;
  const why = cause?.message ?? 'there is no token yet; try again.';
  throw new RefreshUnavailableError(`${label}: ${why}`, cause?.retryAfter, { cause });
}

/** How a replay went. If a token that is still young is refused, refreshing doesn't help: not every 401 may cost one. */
export function replayed(session: UsableSession, token: AccessToken, answer: 'accepted' | 'refused'): void {
  session.futileAt = answer === 'refused' && remaining(token) > token.lifetime / 2 ? now() : undefined;
}

/** What to tell a caller whose session is gone. */
export function departure({ closed, state }: UsableSession, label: string): AnyAuthError {
  if (closed) return new ConfigurationError(`${label}: no session on a server, nor after dispose().`);
  if (state.status !== 'signed-out') {
    return new SessionChangedError(`${label}: another user is signed in now.`);
  }
  return state.reason === 'expired'
    ? new SessionExpiredError(`${label}: the session has ended; sign in again.`)
    : new SignedOutError(`${label}: nobody is signed in.`);
}
