/** What an answer of the token endpoint does to the session. */

import { SessionExpiredError } from '../errors.js';
import { emit } from '../events.js';
import type { CookieSignIn, Session } from '../session/session.js';
import { endSession, keepToken, renewSession } from '../session/session-changes.js';
import { beginCookieSession, refuseCookie } from '../session/sign-ins.js';
import { resetCoolDown, startPause } from './cool-down.js';
import { type RefreshOutcome, type RefreshParts, unavailable } from './refreshing.js';
import type { Verdict } from './token-response.js';

/**
 * Whether the server says that there is no session. Also where it refuses the request itself to a visitor without a
 * session: a right request wouldn't help them.
 */
export function endsSession({ verdict }: Verdict, { record, cookieSignIn }: Session): boolean {
  const isKnown = (cookieSignIn?.newestHeard ?? record).epoch > 0;
  return verdict === 'rejected' || (verdict === 'request-refused' && !isKnown);
}

/** @param cookieSignIn the sign-in for which the endpoint was called, if it was one */
export function applyVerdict(
  parts: Omit<RefreshParts, 'tabs'>,
  verdict: Verdict,
  cookieSignIn: CookieSignIn | undefined,
): RefreshOutcome {
  const { settings, session, refreshing } = parts;
  if (verdict.verdict === 'unchanged') {
    resetCoolDown(refreshing.coolDown);
    keepToken(session, verdict.refreshToken);
    return 'changed';
  }
  if (verdict.verdict === 'renewed') {
    if (cookieSignIn) beginCookieSession(session, cookieSignIn, verdict.grant);
    else renewSession(session, verdict.grant);
    return 'changed';
  }
  const { why, retryAfter, cause } = verdict;
  if (endsSession(verdict, session)) {
    // A sign-in that began meanwhile is refused too, since it has the same cookie.
    refuseCookie(session, cookieSignIn, why);
    // A visitor who never signed in has lost nothing.
    const reason = session.record.epoch ? 'expired' : 'no-session';
    const error = new SessionExpiredError(`${settings.tokenEndpoint.label} refused to refresh: ${why}.`);
    if (reason === 'expired') emit(session.listeners, 'refresh-failed', { error });
    endSession(session, reason);
    return 'changed';
  }
  const mayRetry = verdict.verdict === 'not-processed';
  startPause(refreshing.coolDown, { ms: retryAfter, isNamed: retryAfter !== undefined, mayRetry });
  const error = unavailable(parts, why, cause);
  emit(session.listeners, 'refresh-failed', { error });
  return error;
}
