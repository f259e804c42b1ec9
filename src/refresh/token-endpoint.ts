/** Calls the token endpoint, once, and never rejects: what goes wrong is a verdict too. */

import { AuthError, ConfigurationError } from '../errors.js';
import type { AccessToken } from '../session/access-token.js';
import type { RefreshStrategy } from './refresh-strategy.js';
import { judge, type ReadTokens, type Verdict } from './token-response.js';

export interface TokenEndpoint {
  readonly strategy: Pick<RefreshStrategy, 'request'>;
  /** How errors name it. */
  readonly label: string;
  readonly fetch: typeof globalThis.fetch;
  readonly readTokens?: ReadTokens | undefined;
}

/** @param current the token of now: a server that gives it again has no newer one yet */
export async function callTokenEndpoint(
  { strategy, fetch, readTokens }: TokenEndpoint,
  signal: AbortSignal,
  current: AccessToken | undefined,
): Promise<Verdict> {
  try {
    return await judge(await strategy.request({ fetch, signal }), readTokens, current);
  } catch (error) {
    if (error instanceof ConfigurationError) return { verdict: 'request-refused', why: error.message };
    const { response, name } = Object(error) as { response?: ResponseInit; name?: unknown };
    // As fetch throws them. Whatever else was thrown may quote the request or the answer, and a token with them.
    const isSafe = error instanceof TypeError || error instanceof DOMException || error instanceof AuthError;
    const noAnswer = {
      verdict: 'no-answer',
      why: `the request failed (${String(name)})`,
      cause: isSafe ? error : undefined,
    } as const;
    // Other HTTP libraries throw on 4xx and 5xx, with the response on the error.
    return response?.status ? judgeRefusal(response).catch(() => noAnswer) : noAnswer;
  }
}

const judgeRefusal = async (response: ResponseInit) => judge(new Response(null, response));
