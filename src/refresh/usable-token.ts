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
  type FruitlessRefreshes,
  isRefreshUseful,
  mayBeginRefresh,
  recordAsked,
  recordBegun,
  recordHopeless,
} from './fruitless-refreshes.js';
import type { ScheduledSession } from './refresh-schedule.js';
import { isRefreshing, refresh } from './refresher.js';

/** A session that requests get their tokens from. */
export interface UsableSession extends ScheduledSession {
  /** Sign-ins under way in this tab. Nobody waits then: their own requests may come through here. */
  signInsUnderWay: number;
  readonly fruitless: FruitlessRefreshes;
}

/** Who wants a token, for which session, and until when they wait. */
export interface TokenDemand {
  /** How errors name it: method, origin and path. */
  readonly label: string;
  readonly userVersion: number;
  /** Milliseconds that the token must still be good for. */
  readonly minValidity?: number | undefined;
  readonly signal?: AbortSignal | null | undefined;
  /** A token that has met a 401: the current one will do, if it is another. */
  readonly refused?: string | undefined;
}

/** A token that expires while its request travels costs a 401 and a replay. */
const TRAVEL_TIME = 5_000;

/**
 * What a request can go on with in the same tick: the current token, or none where waiting wouldn't bring one. `undefined`
 * where it has to wait.
 *
 * @throws what {@link sessionGoneError} gives, and the reason of an abort
 */
export function immediateToken(
  session: UsableSession,
  { label, userVersion, minValidity, signal, refused }: TokenDemand,
): { readonly token: AccessToken | undefined } | undefined {
  signal?.throwIfAborted();
  const token = currentToken(session, label, userVersion, refused);
  if (token) {
    const due = dueBeforeExpiry(token, session.refreshAhead);
    // A careless `minValidity`, longer than tokens live, must not refresh at each call: half the lifetime is the most.
    const margin = Math.min(minValidity ?? Math.min(TRAVEL_TIME, due / 2), token.lifetime / 2);
    if (remaining(token) <= due) void refresh(session);
    if (remaining(token) > (token.isLast ? 0 : margin)) return { token };
  }
  const { record, signInsUnderWay, fruitless } = session;
  if (record.ended || signInsUnderWay) return { token };
  if (refused && record.token) {
    const isUseful = isRefreshUseful(fruitless, label, record.token);
    // A pause says more than the 401.
    const mayWait = isRefreshing(session) || pauseLeft(session) > 0 || mayBeginRefresh(fruitless);
    if (!isUseful || !mayWait) return { token };
  }
  return undefined;
}

/** Whose a call is that is made now: during a sign-in by cookie, the user's whose session that begins; then it waits. */
export function userVersionOfCall(
  session: UsableSession,
  signal: AbortSignal | null | undefined,
): number | Promise<number> {
  const { cookieSignIn, userVersion, signInsUnderWay } = session;
  // But not the requests of a login that is under way.
  if (!cookieSignIn?.attempt || signInsUnderWay) return userVersion;
  const over = cookieSignIn.attempt.then(
    () => cookieSignIn.userVersion ?? userVersion,
    () => userVersion,
  );
  return abortable(over, signal);
}

/**
 * A token that is good for long enough: the current one where it is, else that of the one refresh, else what is left of
 * the current one. `undefined` where nobody is signed in, or where a refresh wouldn't help.
 */
export async function tokenFor(session: UsableSession, demand: TokenDemand): Promise<AccessToken | undefined> {
  const { label, userVersion, signal, refused } = demand;
  const began = now();
  for (;;) {
    const atHand = immediateToken(session, demand);
    if (atHand) return atHand.token;
    if (elapsed(began) > session.refreshTimeout) throw noTokenYetError(label);
    const { token: before } = session.record;
    const left = currentToken(session, label, userVersion, refused);
    const refreshed = refused ? refreshBecauseOf(session, label, refused) : refresh(session);
    // A token endpoint that hangs must not make what is left of the current token useless.
    const outcome = await abortable(left ? within(remaining(left) / 2, refreshed) : refreshed, signal);
    const fresh = currentToken(session, label, userVersion, refused);
    if (fresh || session.record.ended) return fresh;
    const { token: after } = session.record;
    if (after && after !== before && after.value === refused) {
      // The server gives no other.
      recordHopeless(session.fruitless, label);
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
  const { fruitless } = session;
  recordAsked(fruitless, label, refused);
  if (isRefreshing(session)) return refresh(session);
  const outcome = refresh(session);
  const { flight } = session;
  void outcome.then(() => flight?.isSent && recordBegun(fruitless));
  return outcome;
}

function currentToken(session: UsableSession, label: string, userVersion: number, refused: string | undefined) {
  if (session.closed || session.userVersion !== userVersion) throw sessionGoneError(session, label);
  const { token } = session.record;
  return token && token.value !== refused && remaining(token) > 0 ? token : undefined;
}

/** What to tell a caller who needn't wait any longer, though their session is still there. */
export const noTokenYetError = (label: string): RefreshUnavailableError =>
  new RefreshUnavailableError(`${label}: no token yet; try again.`);

/** What to tell a caller whose session is gone. */
export function sessionGoneError({ closed, state }: UsableSession, label: string): AnyAuthError {
  if (closed) return new ConfigurationError(`${label}: no session on a server or after dispose().`);
  if (state.status !== 'signed-out') {
    return new SessionChangedError(`${label}: somebody else has signed in since.`);
  }
  return state.reason === 'expired'
    ? new SessionExpiredError(`${label}: the session has ended; sign in again.`)
    : new SignedOutError(`${label}: nobody is signed in.`);
}
