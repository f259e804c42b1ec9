/** Calls the token endpoint, once, and never rejects: what goes wrong is a verdict too. */

import type { RefreshStrategy } from './cookie-refresh.js';
import { judge, type ReadTokens, unreachable, type Verdict } from './token-response.js';

export async function callTokenEndpoint(
  strategy: Pick<RefreshStrategy, 'request'>,
  context: { readonly fetch: typeof fetch; readonly signal: AbortSignal },
  readTokens: ReadTokens | undefined,
): Promise<Verdict> {
  try {
    return await judge(await strategy.request(context), readTokens);
  } catch (cause) {
    // Other HTTP libraries throw on 4xx and 5xx, with the response on the error.
    const response = (cause as { response?: Response } | undefined)?.response;
    return response?.status ? judge(new Response(null, response)) : unreachable('the request failed', cause);
  }
}
