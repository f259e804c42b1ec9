/** Calls the token endpoint, once, and never rejects: what goes wrong is a verdict too. */

import type { AccessToken } from '../session/access-token.js';
import type { RefreshStrategy } from './cookie-refresh.js';
import { isResponse, judge, type ReadTokens, type Verdict } from './token-response.js';

export async function callTokenEndpoint(
  strategy: Pick<RefreshStrategy, 'request'>,
  context: { readonly fetch: typeof fetch; readonly signal: AbortSignal },
  readTokens: ReadTokens | undefined,
  previous: AccessToken | undefined,
): Promise<Verdict> {
  try {
    return await judge(await strategy.request(context), readTokens, previous);
  } catch (cause) {
    // Other HTTP libraries throw on 4xx and 5xx, with the response on the error.
    const { response } = (cause ?? {}) as { response?: { status?: unknown } };
    if (typeof response?.status === 'number' && response.status >= 400 && response.status < 600) {
      const headers = isResponse(response) ? response.headers : {};
      return judge(new Response(null, { status: response.status, headers }), readTokens);
    }
    return { verdict: 'unreachable', message: 'the request failed.', request: 'maybe-processed', cause };
  }
}
