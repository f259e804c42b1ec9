/** A token that will be good for a while: at once where there is one, else after the one refresh. */

import { RefreshUnavailableError } from '../errors.js';
import { emit } from '../events.js';
import { type AccessToken, dueBeforeExpiry, remaining } from '../session/access-token.js';
import type { Session } from '../session/session.js';
import { sessionGoneError } from '../session/session-gone.js';
import { abortable, elapsed, now, within } from '../wait.js';
import { pauseLeft } from './cool-down.js';
import { isRefreshUseful, mayBeginRefresh, recordAsked, recordHopeless } from './fruitless-refreshes.js';
import { isRefreshing, refresh } from './refresher.js';
import type { RefreshOutcome, RefreshParts } from './refreshing.js';

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
  parts: RefreshParts,
  demand: TokenDemand,
): { readonly token: AccessToken | undefined } | undefined {
  const { settings, session } = parts;
  const { minValidity, signal, refused } = demand;
  signal?.throwIfAborted();
  const token = currentToken(session, demand);
  if (token) {
    const due = dueBeforeExpiry(token, settings.refreshAhead);
    // A careless `minValidity`, longer than tokens live, must not refresh at each call: half the lifetime is the most.
    const margin = Math.min(minValidity ?? Math.min(TRAVEL_TIME, due / 2), token.lifetime / 2);
    const left = remaining(token);
    if (left <= due) void refresh(parts);
    if (left > (token.isLast ? 0 : margin)) return { token };
  }
  const { record, signInsUnderWay } = session;
  if (record.ended || signInsUnderWay) return { token };
  if (refused && record.token && !mayRefreshFor(parts, demand, record.token)) {
    DEVELOPMENT: emit(session.listeners, 'refresh-of-no-use', { request: demand.label });
    return { token };
  }
  return undefined;
}

/** Whether a 401, met by the current token, may ask for a refresh. */
function mayRefreshFor(parts: RefreshParts, { label }: TokenDemand, token: AccessToken): boolean {
  const { fruitless, coolDown } = parts.refreshing;
  if (!isRefreshUseful(fruitless, label, token)) return false;
  // During a pause the caller gets the pause's error instead of the 401, since it says when to try again.
  return isRefreshing(parts) || pauseLeft(coolDown) > 0 || mayBeginRefresh(fruitless);
}

/**
 * A token that is good for long enough: the current one where it is, else that of the one refresh, else what is left of
 * the current one. `undefined` where nobody is signed in, or where a refresh wouldn't help.
 */
export async function tokenFor(parts: RefreshParts, demand: TokenDemand): Promise<AccessToken | undefined> {
  const { settings, session, refreshing } = parts;
  const { label, refused } = demand;
  const began = now();
  for (let isWaiting = false; ; isWaiting = true) {
    const immediate = immediateToken(parts, demand);
    if (immediate) return immediate.token;
    if (!isWaiting) {
      DEVELOPMENT: emit(session.listeners, 'request-waits', { request: label });
    }
    if (elapsed(began) > settings.deadlines.caller) throw noTokenYetError(label);
    const { token: before } = session.record;
    const outcome = await refreshFor(parts, demand);
    const fresh = currentToken(session, demand);
    if (fresh || session.record.ended) return fresh;
    const { token: after } = session.record;
    if (after && after !== before && after.value === refused) {
      // The server gives no other.
      recordHopeless(refreshing.fruitless, label, after.value);
      return undefined;
    }
    if (outcome instanceof RefreshUnavailableError) {
      if (mayWaitOn(parts, elapsed(began))) continue;
      const { message, retryAfter, cause, retryable } = outcome;
      throw new RefreshUnavailableError(`${label}: ${message}`, retryAfter, { cause, retryable });
    }
    // The session has changed, but brought no token: a message of a tab that has none, say.
  }
}

/** The refresh had begun long before this caller came, and so has ended early for them: they may wait for the next one. */
function mayWaitOn({ settings, refreshing: { coolDown } }: RefreshParts, waited: number): boolean {
  const left = pauseLeft(coolDown);
  return !!coolDown.pause?.mayRetry && left > 0 && waited + left <= settings.deadlines.caller;
}

/**
 * Waits for the one refresh. While the current token is good, the wait ends after half of what is left of it, since the
 * endpoint may hang.
 */
function refreshFor(parts: RefreshParts, demand: TokenDemand): Promise<RefreshOutcome | undefined> {
  const left = currentToken(parts.session, demand);
  const outcome = demand.refused ? refreshBecauseOf(parts, demand.label, demand.refused) : refresh(parts);
  return abortable(left ? within(remaining(left) / 2, outcome) : outcome, demand.signal);
}

/** A refresh that a 401 asks for. It counts once it is sent, and where its caller has left, too. */
function refreshBecauseOf(parts: RefreshParts, label: string, refused: string): Promise<RefreshOutcome> {
  const { refreshing } = parts;
  recordAsked(refreshing.fruitless, label, refused);
  const hasBegun = isRefreshing(parts);
  const outcome = refresh(parts);
  if (!hasBegun && refreshing.flight) refreshing.flight.isFor401 = true;
  return outcome;
}

/** @throws what {@link sessionGoneError} gives */
function currentToken(session: Session, { label, userVersion, refused }: TokenDemand): AccessToken | undefined {
  if (session.disposed.isOpen || session.userVersion !== userVersion) throw sessionGoneError(session, label);
  const { token } = session.record;
  return token && token.value !== refused && remaining(token) > 0 ? token : undefined;
}

/** The error for a caller whose wait is over, though the session is still there. */
export const noTokenYetError = (label: string): RefreshUnavailableError =>
  new RefreshUnavailableError(`${label}: no token yet; try again.`);
