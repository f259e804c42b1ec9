/** Signing in: the login request runs alone among tabs, so that no late answer puts an earlier user's cookie back. */

import { ConfigurationError, SignedOutError, SignInFailedError } from '../errors.js';
import { pageRuns } from '../page.js';
import { refresh } from '../refresh/refresher.js';
import type { RefreshParts } from '../refresh/refreshing.js';
import { isResponse, judge, type TokenResponse, type Verdict } from '../refresh/token-response.js';
import type { Grant } from '../session/grant.js';
import type { CookieSignIn, Session } from '../session/session.js';
import { doubtUser, signInAs } from '../session/session-changes.js';
import { sessionGoneError } from '../session/session-gone.js';
import {
  abandonCookieSignIn,
  attemptCookieSignIn,
  countAnswer,
  duringSignIn,
  isOutdated,
} from '../session/sign-ins.js';
import { clearNoSession } from '../tabs/pending-request-mark.js';
import { handoverArrived, post } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { abortable, within } from '../wait.js';

/** With the user's own login request. */
export async function signIn(parts: RefreshParts, request: () => Promise<TokenResponse>): Promise<void> {
  if (typeof request !== 'function') {
    throw new ConfigurationError(
      'signIn() takes a function that sends the request; for its answer there is setSession().',
    );
  }
  const { session, tabs } = parts;
  const { userVersion } = session;
  await pageRuns(tabs);
  askWhereUnknown(parts);
  await runAlone(tabs, async ({ signal, begin }) => {
    // Before the login sets a cookie: the user may have signed out while this tab waited for its turn.
    await handoverArrived(tabs, session);
    await refuseIfSignedOut(parts, session.userVersion !== userVersion);
    begin();
    let wasLeft = false;
    const onLeave = () => {
      wasLeft = true;
    };
    globalThis.addEventListener?.('pagehide', onLeave);
    await duringSignIn(session, async () => {
      let login: Promise<TokenResponse> | undefined;
      try {
        login = Promise.resolve(request());
        const answer = await abortable(login, signal);
        // Once it is given up, the sign-in is over, though tokens that have come are still to be revoked.
        await abortable(acceptTokens(parts, answer, userVersion, signal), signal);
        // WebKit takes its turn away: another tab may have signed in since, and the cookie is that one's.
        if (wasLeft) doubtUser(session);
      } catch (error) {
        // Given up, it may still be answered, or fail: its cookie comes then.
        const late = () => lateCookieCame(parts, userVersion);
        if (signal.aborted) login?.then(late, late).catch(() => {});
        doubtUnlessRefused(parts, error);
        throw error;
      }
    }).finally(() => globalThis.removeEventListener?.('pagehide', onLeave));
  });
  // The app may leave the page now.
  await parts.refreshing.kept;
}

/**
 * A refusal sets no cookie. After any other failure the cookie may be there: of the request before the last one, say, where
 * a login was redirected, or met a limit on its way. Some HTTP libraries throw refusals.
 */
function doubtUnlessRefused({ session }: RefreshParts, error: unknown): void {
  const { status, redirected } = (Object(error) as { response?: Partial<Response> }).response ?? {};
  const isRefusal = !!status && status >= 400 && status < 500 && status !== 429 && !redirected;
  if (!isRefusal) doubtUser(session);
}

/** Of a login whose turn was given up. */
async function lateCookieCame(parts: RefreshParts, userVersion: number): Promise<void> {
  const { session, tabs, refreshing } = parts;
  doubtUser(session);
  // Whoever signs in meanwhile has a cookie of their own, which a sign-out must not delete.
  await runAlone(tabs, async ({ begin }) => {
    await handoverArrived(tabs, session);
    if (!hasSignedOut(session, session.userVersion !== userVersion)) return;
    begin();
    await refreshing.onLateGrant(undefined, true);
  });
}

/**
 * With the cookie that is already there: a refresh that begins a session, whoever was signed in before. Where the server
 * can't be reached, the next refresh of a page that is still restoring begins it.
 */
export async function signInWithCookie(parts: RefreshParts): Promise<void> {
  if (parts.settings.tokenEndpoint.refreshToken) {
    throw new ConfigurationError(
      'signIn() without a request begins the session of a cookie, and bodyRefresh has none: give the login request, or setSession() the tokens.',
    );
  }
  await attemptCookieSignIn(parts.session, (signIn) => refreshUntilBegun(parts, signIn));
}

async function refreshUntilBegun(parts: RefreshParts, signIn: CookieSignIn): Promise<void> {
  const { session } = parts;
  const { userVersion } = session;
  while (session.cookieSignIn === signIn && !session.disposed.isOpen) {
    const outcome = await refresh(parts);
    if (signIn.refusal)
      throw new SignInFailedError(
        `The cookie began no session: ${parts.settings.tokenEndpoint.label} refused it (${signIn.refusal}).`,
        false,
      );
    await refuseIfSignedOut(parts, signIn.isSignedOut || session.userVersion !== userVersion);
    if (outcome === 'changed') continue;
    // Only a page that is still restoring goes on with this sign-in. Any other one keeps the state that it knows.
    if (session.state.status !== 'restoring') abandonCookieSignIn(session);
    // The next token may be another user's, in any tab.
    doubtUser(session);
    throw outcome;
  }
}

/** With tokens that are already there. */
export async function setSession(parts: RefreshParts, answer: TokenResponse): Promise<void> {
  if (answer instanceof Promise) {
    throw new ConfigurationError('setSession() takes the answer itself, not a promise of it: await it first.');
  }
  askWhereUnknown(parts);
  try {
    await acceptTokens(parts, answer, parts.session.userVersion);
  } catch (error) {
    if (error instanceof SignInFailedError) doubtUnlessRefused(parts, error);
    throw error;
  }
  await parts.refreshing.kept;
}

/** A new session must be later than those that other tabs know, and the clock may have been set back. */
function askWhereUnknown({ session, tabs }: RefreshParts): void {
  if (!session.record.epoch) post(tabs, { kind: 'ask' });
}

/**
 * @param signal aborted when the caller has been told that the sign-in has failed
 * @throws SignInFailedError, SignedOutError, SessionChangedError, and the signal's reason
 */
async function acceptTokens(
  parts: RefreshParts,
  answer: TokenResponse,
  userVersion: number,
  signal?: AbortSignal,
): Promise<void> {
  const { settings, session, tabs, refreshing } = parts;
  const place = countAnswer(session);
  const grant = await readGrant(parts, answer);
  await handoverArrived(tabs, session);
  await refuseIfSignedOut(parts, session.userVersion !== userVersion, grant);
  // Its body was slow: the user of now has signed in after this one, or the sign-in was given up.
  if (isOutdated(session, place, grant) || signal?.aborted) {
    if (grant.refreshToken) await refreshing.onLateGrant(grant.refreshToken, false);
    signal?.throwIfAborted();
    throw sessionGoneError(session, 'The sign-in');
  }
  clearNoSession(tabs);
  signInAs(session, grant, place);
  refreshing.unprovenSession = settings.tokenEndpoint.refreshToken ? undefined : session.record.id;
}

/** @throws SignInFailedError */
async function readGrant({ settings }: RefreshParts, answer: TokenResponse): Promise<Grant> {
  if (isResponse(answer) && !answer.ok) {
    const { status } = answer;
    throw new SignInFailedError(`The sign-in was answered ${status}.`, status === 429 || status >= 500, answer);
  }
  const { answerBody } = settings.deadlines;
  const unusable = (why: string): Verdict => ({ verdict: 'unreachable', why });
  const verdict = await within(
    answerBody,
    // The option `verdict` is about answers to a refresh.
    judge(answer, { ...settings.tokenEndpoint, verdict: undefined }).catch(() =>
      unusable("its answer can't be read: give the Response with its body unread"),
    ),
  );
  const { verdict: kind, ...found } = verdict ?? unusable(`its answer has not ended after ${answerBody} ms`);
  if ('grant' in found) return found.grant;
  throw new SignInFailedError(`The sign-in brought no token: ${'why' in found ? found.why : kind}.`, false);
}

async function refuseIfSignedOut({ session, refreshing }: RefreshParts, isLeft: boolean, grant?: Grant): Promise<void> {
  if (!hasSignedOut(session, isLeft)) return;
  await refreshing.onLateGrant(grant?.refreshToken, !!session.record.overtook);
  throw new SignedOutError('The user signed out during the sign-in.');
}

const hasSignedOut = ({ record }: Session, isLeft: boolean): boolean => isLeft && record.ended === 'signed-out';
