/** Signing in: the login request runs alone among tabs, so that no late answer puts an earlier user's cookie back. */

import { SignedOutError, SignInFailedError } from '../errors.js';
import { isResponse, judge, type TokenResponse, unreachable } from '../refresh/token-response.js';
import type { UsableSession } from '../refresh/usable-token.js';
import { begin } from '../session/session.js';
import { catchUp, post } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { abortable } from '../wait.js';

export function signIn(session: UsableSession, request: () => Promise<TokenResponse>): Promise<void> {
  const { tenure } = session;
  // Only who knows the others' session can begin a later one: the clock alone may have been set back.
  if (!session.record.epoch) post(session, { kind: 'ask' });
  return runAlone(session, async (signal) => {
    if (session.closed) return;
    session.signIns++;
    try {
      await accept(session, await abortable(Promise.resolve(request()), signal), tenure);
    } finally {
      session.signIns--;
    }
  });
}

/** @throws SignInFailedError, SignedOutError */
export async function accept(session: UsableSession, answer: TokenResponse, tenure = session.tenure): Promise<void> {
  if (isResponse(answer) && !answer.ok) {
    const { status } = answer;
    throw new SignInFailedError(`The sign-in was answered ${status}.`, status === 429 || status >= 500, answer);
  }
  const verdict = await judge(answer, session.readTokens).catch(() => unreachable("its answer can't be read"));
  if (verdict.verdict !== 'renewed') {
    throw new SignInFailedError(`The sign-in brought no token: ${verdict.why}.`, false);
  }
  await catchUp(session);
  if (session.tenure !== tenure && session.record.ended === 'signed-out') {
    throw new SignedOutError('The user signed out during the sign-in.');
  }
  begin(session, verdict.token);
}
