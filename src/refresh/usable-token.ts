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
import { abortable, elapsed, now, within } from '../wait.js';
import { pauseLeft } from './cool-down.js';
import {
  isRefreshUseful,
  mayBeginRefresh,
  type RefreshMemory,
  recordAsked,
  recordBegun,
  recordHopeless,
} from './fruitless-refreshes.js';
import type { ScheduledSession } from './refresh-schedule.js';
import { isRefreshing, refresh } from './refresher.js';

/** A session that requests get their tokens from. */
export interface UsableSession extends ScheduledSession {
  /** Sign-ins under way in this tab. Nobody waits then: their own requests may come through here. */
  signIns: number;
  readonly refreshMemory: RefreshMemory;
}

/** Who wants a token, for which session, and until when they wait. */
export interface TokenDemand {
  /** How errors name it: method, origin and path. */
  readonly label: string;
  readonly tenure: number;
  /** Milliseconds that the token must still be good for. */
  readonly minValidity?: number | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** A token that has met a 401: today's will do, if it is another one. */
  readonly refused?: string | undefined;
}

/** A token that expires while its request travels costs a 401 and a replay. */
const TRAVEL_TIME = 5_000;

/**
 * What a request can go on with in the same tick: today's token, or none where waiting wouldn't bring one. `undefined`
 * where it has to wait.
 *
 * @throws what {@link sessionGone} gives, and the reason of an abort
 */
export function tokenAtHand(
  session: UsableSession,
  { label, tenure, minValidity, signal, refused }: TokenDemand,
): { readonly token: AccessToken | undefined } | undefined {
  signal?.throwIfAborted();
  const token = todaysToken(session, label, tenure, refused);
  if (token) {
    const due = dueBeforeExpiry(token, session.refreshAhead);
    // A careless `minValidity`, longer than tokens live, must not refresh at each call: half the lifetime is the most.
    const margin = Math.min(minValidity ?? Math.min(TRAVEL_TIME, due / 2), token.lifetime / 2);
    if (remaining(token) <= due) void refresh(session);
    if (remaining(token) > (token.isLast ? 0 : margin)) return { token };
  }
  const { record, signIns, refreshMemory } = session;
  if (record.ended || signIns) return { token };
  if (refused && record.token) {
    const isUseful = isRefreshUseful(refreshMemory, label, record.token);
    // A pause says more than the 401.
    const mayWait = isRefreshing(session) || pauseLeft(session) > 0 || mayBeginRefresh(refreshMemory);
    if (!isUseful || !mayWait) return { token };
  }
  return undefined;
}

/** Whose a call is that is made now: during a sign-in by cookie, the user's whose session that begins; then it waits. */
export function callersTenure(
  session: UsableSession,
  signal: AbortSignal | null | undefined,
): number | Promise<number> {
  const { beginning, tenure, signIns } = session;
  // But not the requests of a login that is under way.
  if (!beginning?.done || signIns) return tenure;
  const over = beginning.done.then(
    () => beginning.tenure ?? tenure,
    () => tenure,
  );
  return abortable(over, signal);
}

/**
 * A token that is good for long enough: today's where it is, else that of the one refresh, else what is left of
 * today's. `undefined` where nobody is signed in, or where a refresh wouldn't help.
 */
export async function tokenFor(session: UsableSession, demand: TokenDemand): Promise<AccessToken | undefined> {
  const { label, tenure, signal, refused } = demand;
  const began = now();
  for (;;) {
    const atHand = tokenAtHand(session, demand);
    if (atHand) return atHand.token;
    if (elapsed(began) > session.refreshTimeout) throw noTokenYet(label);
    const { token: before } = session.record;
    const left = todaysToken(session, label, tenure, refused);
    const refreshed = refused ? refreshBecauseOf(session, label, refused) : refresh(session);
    // A token endpoint that hangs must not make what is left of today's token useless.
    const outcome = await abortable(left ? within(remaining(left) / 2, refreshed) : refreshed, signal);
    const fresh = todaysToken(session, label, tenure, refused);
    if (fresh || session.record.ended) return fresh;
    const { token: after } = session.record;
    if (after && after !== before && after.value === refused) {
      // The server gives no other.
      recordHopeless(session.refreshMemory, label);
      return undefined;
    }
    if (outcome instanceof RefreshUnavailableError) {
      const { message, retryAfter, cause } = outcome;
      throw new RefreshUnavailableError(`${label}: ${message}`, retryAfter, { cause });
    }
    // The session has moved, but brought no token: a message of a tab that has none, say.
  }
}

/** A refresh that a 401 asks for. It counts once it is sent, and where its caller has left, too. */
function refreshBecauseOf(session: UsableSession, label: string, refused: string) {
  const { refreshMemory } = session;
  recordAsked(refreshMemory, label, refused);
  if (isRefreshing(session)) return refresh(session);
  const outcome = refresh(session);
  const { flight } = session;
  void outcome.then(() => flight?.isSent && recordBegun(refreshMemory));
  return outcome;
}

function todaysToken(session: UsableSession, label: string, tenure: number, refused: string | undefined) {
  if (session.closed || session.tenure !== tenure) throw sessionGone(session, label);
  const { token } = session.record;
  return token && token.value !== refused && remaining(token) > 0 ? token : undefined;
}

/** What to tell a caller who needn't wait any longer, though their session is still there. */
export const noTokenYet = (label: string): RefreshUnavailableError =>
  new RefreshUnavailableError(`${label}: no token yet; try again.`);

/** What to tell a caller whose session is gone. */
export function sessionGone({ closed, state }: UsableSession, label: string): AnyAuthError {
  if (closed) return new ConfigurationError(`${label}: no session on a server or after dispose().`);
  if (state.status !== 'signed-out') {
    return new SessionChangedError(`${label}: somebody else has signed in since.`);
  }
  return state.reason === 'expired'
    ? new SessionExpiredError(`${label}: the session has ended; sign in again.`)
    : new SignedOutError(`${label}: nobody is signed in.`);
}
