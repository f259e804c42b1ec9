/** Signing in: the login request runs alone among tabs, so that no late answer puts an earlier user's cookie back. */

import { RefreshUnavailableError, SignedOutError, SignInFailedError } from '../errors.js';
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
  timeout: number;
  readTokens: ReadTokens | undefined;
}): SignIn {
  const { session, sync, lock, timeout } = parts;
  let underWay = 0;

  async function accept(answer: TokenResponse, tenure = session.tenure()): Promise<void> {
    if (isResponse(answer) && !answer.ok) {
      const retryable = answer.status === 429 || answer.status >= 500;
      throw new SignInFailedError(`The sign-in was answered ${answer.status}.`, { retryable, response: answer });
    }
    const verdict = await judge(answer, parts.readTokens);
    if (verdict.verdict !== 'renewed') {
      throw new SignInFailedError(`The sign-in brought no token: ${verdict.message}`, { retryable: false });
    }
    if (session.tenure() !== tenure && session.record().ended === 'signed-out') {
      throw new SignedOutError('The user signed out while the sign-in was under way.');
    }
    session.begin(verdict.token);
    await sync.leaveWord();
  }

  return {
    isSigningIn: () => underWay > 0,
    setSession: (answer) => accept(answer),
    async signIn(request) {
      const tenure = session.tenure();
      const patience = new AbortController();
      const task = async () => {
        underWay++;
        const answer = await request().finally(() => underWay--);
        return accept(answer, tenure);
      };
      return lock.run(task, timeout, patience).catch((error: unknown) => {
        if (!patience.signal.aborted) throw error;
        throw new RefreshUnavailableError(`Signing in waited ${timeout} ms for a refresh in flight; try again.`);
      });
    },
  };
}
