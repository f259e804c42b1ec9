/** Signing in: the login request runs alone among tabs, so that no late answer puts an earlier user's cookie back. */

import { SignedOutError, SignInFailedError } from '../errors.js';
import { isResponse, judge, type ReadTokens, type TokenResponse } from '../refresh/token-response.js';
import type { Session } from '../session/session.js';
import type { SessionSync } from '../tabs/session-sync.js';
import type { TabLock } from '../tabs/tab-lock.js';

export interface SignIn {
  signIn(request: () => Promise<TokenResponse>): Promise<void>;
  setSession(answer: TokenResponse): Promise<void>;
  /** Whether a login request is under way in this tab. */
  isSigningIn(): boolean;
}

export function createSignIn(parts: {
  session: Session;
  sync: SessionSync;
  lock: TabLock;
  /** Milliseconds to wait for a refresh in flight. */
  refreshTimeout: number;
  readTokens: ReadTokens | undefined;
}): SignIn {
  const { session, sync, lock, refreshTimeout } = parts;
  let underWay = 0;

  async function accept(answer: TokenResponse, tenure: number): Promise<void> {
    if (isResponse(answer) && !answer.ok) {
      const { status } = answer;
      throw new SignInFailedError(`The sign-in was answered ${status}.`, status === 429 || status >= 500, answer);
    }
    const verdict = await judge(answer, parts.readTokens);
    if (verdict.verdict !== 'renewed')
      throw new SignInFailedError(`The sign-in brought no token: ${verdict.why}.`, false);
    if (session.tenure() !== tenure && session.record().ended === 'signed-out') {
      throw new SignedOutError('The user signed out while the sign-in was under way.');
    }
    session.begin(verdict.token);
    await sync.leaveWord();
  }

  return {
    isSigningIn: () => underWay > 0,
    setSession: (answer) => accept(answer, session.tenure()),
    async signIn(request) {
      const tenure = session.tenure();
      let begun = 0;
      const task = async () => {
        if (session.isClosed()) return;
        underWay += ++begun;
        return accept(await request(), tenure);
      };
      // Also for a request that throws at once, and for one that never answers.
      return lock.run(task, refreshTimeout).finally(() => {
        underWay -= begun;
      });
    },
  };
}
