/** Signing in: the login request runs alone among tabs, so that no late answer puts an earlier user's cookie back. */

import { ConfigurationError, SignedOutError, SignInFailedError } from '../errors.js';
import { pageActivated } from '../page.js';
import { refresh } from '../refresh/refresher.js';
import { isResponse, judge, type TokenResponse, type Verdict } from '../refresh/token-response.js';
import type { UsableSession } from '../refresh/usable-token.js';
import { abandonCookieSignIn, type CookieSignIn, doubtUser, signInAs } from '../session/session.js';
import { clearNoSession } from '../tabs/pending-request-mark.js';
import { handoverArrived, post } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { abortable, within } from '../wait.js';

/** With the user's own login request. */
export async function signIn(session: UsableSession, request: () => Promise<TokenResponse>): Promise<void> {
  if (typeof request !== 'function') {
    throw new ConfigurationError(
      'signIn() takes a function that sends the request; for its answer there is setSession().',
    );
  }
  const { userVersion } = session;
  await pageActivated(session);
  // Only who knows the others' session can begin a later one: the clock alone may have been set back.
  if (!session.record.epoch) post(session, { kind: 'ask' });
  return runAlone(session, async (signal) => {
    if (session.closed) return;
    session.signInsUnderWay++;
    try {
      const answer = await abortable(Promise.resolve(request()), signal);
      await acceptTokens(session, answer, userVersion);
    } catch (error) {
      // A refusal sets no cookie; of anything else nobody knows. Other HTTP libraries throw refusals, too.
      if (!(Number(Object(error).response?.status) < 500)) doubtUser(session);
      throw error;
    } finally {
      session.signInsUnderWay--;
    }
  });
}

/**
 * With the cookie that is already there: a refresh that begins a session, whoever was signed in before. Where the server
 * can't be reached, the next refresh of a page that is still restoring begins it.
 */
export function signInWithCookie(session: UsableSession): Promise<void> {
  session.cookieSignIn ??= {};
  const { cookieSignIn } = session;
  cookieSignIn.attempt ??= refreshUntilBegun(session, cookieSignIn).finally(() => {
    cookieSignIn.attempt = undefined;
  });
  return cookieSignIn.attempt;
}

async function refreshUntilBegun(session: UsableSession, cookieSignIn: CookieSignIn): Promise<void> {
  const { userVersion } = session;
  while (session.cookieSignIn === cookieSignIn && !session.closed) {
    const outcome = await refresh(session);
    if (cookieSignIn.refusal)
      throw new SignInFailedError(`The cookie began no session: ${cookieSignIn.refusal}.`, false);
    await refuseIfSignedOut(session, cookieSignIn.isSignedOut || session.userVersion !== userVersion);
    if (outcome === 'changed') continue;
    // A page that knows of somebody, or that nobody is there, goes on so; only one that restores goes on with this.
    if (session.state.status !== 'restoring') abandonCookieSignIn(session);
    // The next token may be somebody else's, in any tab.
    doubtUser(session);
    throw outcome;
  }
}

/** With tokens that are already there. */
export function setSession(session: UsableSession, answer: TokenResponse): Promise<void> {
  // As in signIn().
  if (!session.record.epoch) post(session, { kind: 'ask' });
  return acceptTokens(session, answer, session.userVersion);
}

/** @throws SignInFailedError, SignedOutError */
async function acceptTokens(session: UsableSession, answer: TokenResponse, userVersion: number): Promise<void> {
  if (isResponse(answer) && !answer.ok) {
    const { status } = answer;
    throw new SignInFailedError(`The sign-in was answered ${status}.`, status === 429 || status >= 500, answer);
  }
  const unreadable: Verdict = { verdict: 'unreachable', why: "its answer can't be read" };
  const verdict = (await within(
    session.refreshTimeout,
    judge(answer, session.readTokens).catch(() => unreadable),
  )) ?? {
    ...unreadable,
    why: `its answer has not ended after ${session.refreshTimeout} ms`,
  };
  if (verdict.verdict !== 'renewed') {
    const why = 'why' in verdict ? verdict.why : '';
    throw new SignInFailedError(`The sign-in brought no token: ${why}.`, false);
  }
  await handoverArrived(session);
  await refuseIfSignedOut(session, session.userVersion !== userVersion);
  clearNoSession(session);
  signInAs(session, verdict.token);
}

async function refuseIfSignedOut(session: UsableSession, hasLeft: boolean): Promise<void> {
  const { record } = session;
  if (!hasLeft || record.ended !== 'signed-out') return;
  if (record.overtook) await session.onLateCookie();
  throw new SignedOutError('The user signed out during the sign-in.');
}
