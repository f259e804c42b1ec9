/** Calls the token endpoint, once, and never rejects: what goes wrong is a verdict too. */

import type { RefreshStrategy } from './cookie-refresh.js';
import { judge, type ReadTokens, unreachable, type Verdict } from './token-response.js';

export interface TokenEndpoint {
  readonly strategy: Pick<RefreshStrategy, 'request'>;
  /** How errors name it. */
  readonly endpoint: string;
  readonly fetch: typeof globalThis.fetch;
  readonly readTokens?: ReadTokens | undefined;
}

export async function callTokenEndpoint(
  { strategy, fetch, readTokens }: TokenEndpoint,
  signal: AbortSignal,
): Promise<Verdict> {
  const send = async () => strategy.request({ fetch, signal });
  return (
    send()
      .catch((error) => {
        // Other HTTP libraries throw on 4xx and 5xx, with the response on the error.
        if (!error?.response?.status) throw error;
        return new Response(null, error.response);
      })
      .then((answer) => judge(answer, readTokens))
      // A parser's error quotes the answer.
      .catch((cause) => unreachable('the request failed', cause instanceof SyntaxError ? undefined : cause))
  );
}
