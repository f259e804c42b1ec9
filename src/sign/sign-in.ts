/** Signing in: the login request runs alone among tabs, so that no late answer puts an earlier user's cookie back. */

import { ConfigurationError, SignedOutError, SignInFailedError } from '../errors.js';
import { pageActivated } from '../page.js';
import { refresh } from '../refresh/refresher.js';
import { isResponse, judge, type TokenResponse, type Verdict } from '../refresh/token-response.js';
import type { UsableSession } from '../refresh/usable-token.js';
import { type Beginning, doubt, giveUpBeginning, signInAs } from '../session/session.js';
import { markSomebody } from '../tabs/orphaned-request.js';
import { catchUp, post } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { abortable, within } from '../wait.js';

/** With the user's own login request. */
export async function signIn(session: UsableSession, request: () => Promise<TokenResponse>): Promise<void> {
  if (typeof request !== 'function') {
    throw new ConfigurationError(
      'signIn() takes a function that sends the request; for its answer there is setSession().',
    );
  }
  const { tenure } = session;
  await pageActivated(session);
  // Only who knows the others' session can begin a later one: the clock alone may have been set back.
  if (!session.record.epoch) post(session, { kind: 'ask' });
  return runAlone(session, async (signal) => {
    if (session.closed) return;
    session.signIns++;
    try {
      const answer = await abortable(Promise.resolve(request()), signal);
      await accept(session, answer, tenure);
    } catch (error) {
      // A refusal sets no cookie; of anything else nobody knows. Other HTTP libraries throw refusals, too.
      if (!(Number(Object(error).response?.status) < 500)) doubt(session);
      throw error;
    } finally {
      session.signIns--;
    }
  });
}

/**
 * With the cookie that is already there: a refresh that begins a session, whoever was signed in before. Where the server
 * can't be reached, the next refresh of a page that is still restoring begins it.
 */
export function signInWithCookie(session: UsableSession): Promise<void> {
  session.beginning ??= {};
  const { beginning } = session;
  beginning.done ??= refreshUntilBegun(session, beginning).finally(() => {
    beginning.done = undefined;
  });
  return beginning.done;
}

async function refreshUntilBegun(session: UsableSession, beginning: Beginning): Promise<void> {
  const { tenure } = session;
  while (session.beginning === beginning && !session.closed) {
    const outcome = await refresh(session);
    if (beginning.refusal) throw new SignInFailedError(`The cookie began no session: ${beginning.refusal}.`, false);
    await refuseIfSignedOut(session, beginning.isSignedOut || session.tenure !== tenure);
    if (outcome === 'moved') continue;
    // A page that knows of somebody, or that nobody is there, goes on so; only one that restores goes on with this.
    if (session.state.status !== 'restoring') giveUpBeginning(session);
    // The next token may be somebody else's, in any tab.
    doubt(session);
    throw outcome;
  }
}

/** With tokens that are already there. */
export function setSession(session: UsableSession, answer: TokenResponse): Promise<void> {
  // As in signIn().
  if (!session.record.epoch) post(session, { kind: 'ask' });
  return accept(session, answer, session.tenure);
}

/** @throws SignInFailedError, SignedOutError */
async function accept(session: UsableSession, answer: TokenResponse, tenure: number): Promise<void> {
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
  await catchUp(session);
  await refuseIfSignedOut(session, session.tenure !== tenure);
  markSomebody(session);
  signInAs(session, verdict.token);
}

async function refuseIfSignedOut(session: UsableSession, hasLeft: boolean): Promise<void> {
  const { record } = session;
  if (!hasLeft || record.ended !== 'signed-out') return;
  if (record.overtook) await session.onLateCookie();
  throw new SignedOutError('The user signed out during the sign-in.');
}
