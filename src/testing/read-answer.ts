/** Reads the answer to a sign-in as the real client does, but without its deadline: a test's client has no timers. */

import { SignInFailedError } from '../errors.js';
import { isResponse, judge, type TokenResponse } from '../refresh/token-response.js';
import type { Grant } from '../session/grant.js';

/** @throws SignInFailedError */
export async function readAnswer(answer: TokenResponse): Promise<Grant> {
  if (isResponse(answer) && !answer.ok) {
    const { status } = answer;
    throw new SignInFailedError(`The sign-in was answered ${status}.`, status === 429 || status >= 500, answer);
  }
  const verdict = await judge(answer);
  if ('grant' in verdict) return verdict.grant;
  throw new SignInFailedError(`The sign-in brought no token: ${verdict.why}.`, false);
}
