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
  /** Where the API has refused tokens that had only just been refreshed, and since when. */
  futile?: { readonly since: Instant; readonly labels: Set<string> } | undefined;
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
/** How long a 401 costs no refresh, after one has turned out to be of no use at that address, or at several. */
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
  if (session.record.ended || session.signIns || (refused && isFutile(session, label))) return token;
  const outcome = await abortable(refresh(session), signal);
  const fresh = today();
  if (fresh || session.record.ended) return fresh;
  if (outcome === 'moved') throw new RefreshUnavailableError(`${label}: no token yet; try again.`);
  const { message, retryAfter, cause } = outcome;
  throw new RefreshUnavailableError(`${label}: ${message}`, retryAfter, { cause });
}

/** One address that always says 401 is its own trouble; when several do, the API likes none of our tokens. */
const SEVERAL = 3;

/** How a replay went. Where a token that is still young is refused, refreshing doesn't help: no storm of refreshes. */
export function replayed(
  session: UsableSession,
  label: string,
  token: AccessToken,
  answer: 'accepted' | 'refused',
): void {
  if (answer === 'accepted') session.futile = undefined;
  else if (remaining(token) > token.lifetime / 2) {
    if (!isRecent(session.futile)) session.futile = { since: now(), labels: new Set() };
    session.futile?.labels.add(label);
  }
}

const isRecent = (futile: UsableSession['futile']) => futile && elapsed(futile.since) < FUTILE_FOR;

const isFutile = ({ futile }: UsableSession, label: string) =>
  isRecent(futile) && (futile?.labels.has(label) || Number(futile?.labels.size) >= SEVERAL);

/** What to tell a caller whose session is gone. */
export function departure({ closed, state }: UsableSession, label: string): AnyAuthError {
  if (closed) return new ConfigurationError(`${label}: no session on a server or after dispose().`);
  if (state.status !== 'signed-out') {
    return new SessionChangedError(`${label}: another user is signed in now.`);
  }
  return state.reason === 'expired'
    ? new SessionExpiredError(`${label}: the session has ended; sign in again.`)
    : new SignedOutError(`${label}: nobody is signed in.`);
}
