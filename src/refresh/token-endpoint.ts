/** Calls the token endpoint, once, and never rejects: what goes wrong is a verdict too. */

import { isAuthError } from '../errors.js';
import type { SessionRecord } from '../session/session-record.js';
import type { RefreshStrategy } from './refresh-strategy.js';
import { judge, type ReadTokens, type Verdict } from './token-response.js';

export interface TokenEndpoint {
  readonly strategy: Pick<RefreshStrategy, 'request' | 'readTokens' | 'revoke'>;
  /** How errors name it. */
  readonly label: string;
  readonly fetch: typeof globalThis.fetch;
  readonly readTokens?: ReadTokens | undefined;
}

/** @param known the tokens of now: a server that gives the access token again has no newer one yet */
export async function callTokenEndpoint(
  { strategy, fetch, readTokens }: TokenEndpoint,
  signal: AbortSignal,
  known: Pick<SessionRecord, 'token' | 'refreshToken'>,
): Promise<Verdict> {
  try {
    const answer = await strategy.request({ fetch, signal, refreshToken: known.refreshToken });
    return await judge(answer, readTokens, known.token);
  } catch (error) {
    // By its brand: the strategy may come from another copy of the package.
    const isOurs = isAuthError(error);
    if (isOurs && error.code === 'configuration') return { verdict: 'request-refused', why: error.message };
    const { response, name } = Object(error) as { response?: ResponseInit; name?: unknown };
    // As fetch throws them. Whatever else was thrown may quote the request or the answer, and a token with them.
    const isSafe = error instanceof TypeError || error instanceof DOMException || isOurs;
    const noAnswer = {
      verdict: 'no-answer',
      why: `the request failed (${isOurs ? error.message : String(name)})`,
      cause: isSafe ? error : undefined,
    } as const;
    // Other HTTP libraries throw on 4xx and 5xx, with the response on the error.
    return response?.status ? judgeRefusal(response).catch(() => noAnswer) : noAnswer;
  }
}

const judgeRefusal = async (response: ResponseInit) => judge(new Response(null, response));
