/** What an answer of the token endpoint does to the session. */

import { SessionExpiredError } from '../errors.js';
import { emit, type SignedOutReason } from '../events.js';
import type { CookieSignIn, Session } from '../session/session.js';
import {
  doubtUser,
  endSession,
  keepRefreshToken,
  keepToken,
  loseSession,
  renewSession,
} from '../session/session-changes.js';
import { isOpen, type SessionRecord } from '../session/session-record.js';
import { beginCookieSession, refuseCookieSignIn } from '../session/sign-ins.js';
import { type CoolDown, pauseAfterFailure, pauseLeft, resetCoolDown } from './cool-down.js';
import { type RefreshOutcome, type RefreshParts, unavailable } from './refreshing.js';
import type { Verdict } from './token-response.js';

/** What was known when the token endpoint was called. */
export interface KnownAtCall {
  /** The sign-in for which it was called, if it was one. */
  readonly cookieSignIn: CookieSignIn | undefined;
  /** What other tabs had posted until then. */
  readonly newestHeard: SessionRecord | undefined;
  /** The value of the hint cookie. */
  readonly hint?: string | undefined;
  readonly record: SessionRecord;
}

export const knownAtCall = ({ cookieSignIn, hint, record }: Session): KnownAtCall => ({
  cookieSignIn,
  hint: hint.read(),
  newestHeard: cookieSignIn?.newestHeard,
  record,
});

/**
 * Whether the server says that there is no session. Also where it refuses the request itself to a visitor without a
 * session: a right request wouldn't help them.
 */
function saysNoSession({ verdict }: Verdict, { record, cookieSignIn }: Session): boolean {
  const isKnown = (cookieSignIn?.newestHeard ?? record).epoch > 0;
  return verdict === 'rejected' || (verdict === 'request-refused' && !isKnown);
}

/** Whether a sign-in came after the request was sent, here or in another tab: the answer is about an earlier cookie. */
function isOutdated({ cookieSignIn }: Session, atCall: KnownAtCall): boolean {
  if (cookieSignIn !== atCall.cookieSignIn) return true;
  const heard = cookieSignIn?.newestHeard;
  return !!heard && heard !== atCall.newestHeard && isOpen(heard);
}

/**
 * Whether the answer says that the session of now is over. The refusal of a cookie says nothing about a session that has a
 * refresh token of its own.
 */
export const isSessionOver = (verdict: Verdict, session: Session, atCall: KnownAtCall): boolean =>
  saysNoSession(verdict, session) &&
  !isOutdated(session, atCall) &&
  !(atCall.cookieSignIn && (session.cookieSignIn?.newestHeard ?? session.record).refreshToken);

/** The pause that the server names counts, whatever has become of the session meanwhile. Whether there is one. */
export function obeyLatePause(coolDown: CoolDown, verdict: Verdict): boolean {
  if (!('retryAfter' in verdict) || verdict.retryAfter === undefined) return false;
  pauseAfterFailure(coolDown, verdict.retryAfter, verdict.verdict === 'not-processed');
  return true;
}

/** No refresh token was found: no request was sent. */
export function applyMissingToken(parts: Pick<RefreshParts, 'settings' | 'session'>, why: string): RefreshOutcome {
  loseSession(parts.session, reportEnd(parts, why));
  return 'changed';
}

/** Tells the app of the end of a session, and gives its reason. */
function reportEnd({ settings, session }: Pick<RefreshParts, 'settings' | 'session'>, why: string): SignedOutReason {
  const { epoch, ended } = session.record;
  // A visitor who never signed in has lost nothing.
  if (!epoch) return 'no-session';
  const error = new SessionExpiredError(`${settings.tokenEndpoint.label} can't renew the session: ${why}.`);
  // A session that was over already is no news: a listener that signs in again would never end.
  if (!ended) emit(session.listeners, 'refresh-failed', { error });
  return 'expired';
}

export function applyVerdict(parts: Omit<RefreshParts, 'tabs'>, verdict: Verdict, atCall: KnownAtCall): RefreshOutcome {
  const { session, refreshing } = parts;
  if (verdict.verdict === 'unchanged') {
    resetCoolDown(refreshing.coolDown);
    keepToken(session, verdict.grant.refreshToken);
    return 'changed';
  }
  if (verdict.verdict === 'renewed') {
    const isDoubtNew = session.record.inDoubt && session.record !== atCall.record;
    if (atCall.cookieSignIn) beginCookieSession(session, atCall.cookieSignIn, verdict.grant);
    else renewSession(session, verdict.grant);
    // The cookie of another sign-in has come since: it is the next token that may be that user's.
    if (isDoubtNew) doubtUser(session);
    return 'changed';
  }
  const { why, retryAfter, cause, isPermanent, refreshToken } = verdict;
  if (saysNoSession(verdict, session)) {
    const isOver = isSessionOver(verdict, session, atCall);
    if (atCall.cookieSignIn) refuseCookieSignIn(session, atCall.cookieSignIn, why);
    if (!isOver) return 'changed';
    // The server can be reached: the failures of before have no part in the next one's pause.
    resetCoolDown(refreshing.coolDown);
    endSession(session, reportEnd(parts, why), atCall.hint);
    return 'changed';
  }
  if (refreshToken && !atCall.cookieSignIn) keepRefreshToken(session, refreshToken);
  const { coolDown } = refreshing;
  pauseAfterFailure(coolDown, retryAfter, verdict.verdict === 'not-processed');
  coolDown.isPermanent = isPermanent;
  const isNamed = !!coolDown.pause?.isNamed;
  DEVELOPMENT: emit(session.listeners, 'paused', { ms: pauseLeft(coolDown), isNamed, by: 'this-tab' });
  const error = unavailable(parts, why, cause);
  emit(session.listeners, 'refresh-failed', { error });
  return error;
}
