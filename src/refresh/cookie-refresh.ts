/** The refresh request for servers that keep the refresh token in an HttpOnly cookie. */

import { type AuthRequestOptions, sendAuthRequest } from './auth-request.js';
import type { TokenResponse } from './token-response.js';

/** One way of asking the auth server for a new access token. */
export interface RefreshStrategy {
  /** The token endpoint: `auth.fetch` leaves requests to it alone. */
  readonly url: string | URL;
  /**
   * Sends the request, once. `signal` is aborted only when the client gives the request up for good, never when a
   * caller leaves. May reject; that means "unreachable".
   */
  request(context: { readonly fetch: typeof fetch; readonly signal: AbortSignal }): Promise<TokenResponse>;
}

/**
 * The refresh token lives in an HttpOnly cookie. The request is a `POST` without a body, with `credentials: 'include'`,
 * `keepalive`, `cache: 'no-store'`, `redirect: 'error'` and the header `X-Requested-With: silent-refresh`, which a
 * cross-site form can't forge. `refresh: '/auth/refresh'` is short for `refresh: cookieRefresh({ url: '/auth/refresh' })`.
 *
 * @example
 * createAuthClient({
 *   refresh: cookieRefresh({
 *     url: '/auth/refresh',
 *     csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' },
 *   }),
 * });
 */
export function cookieRefresh(options: AuthRequestOptions): RefreshStrategy {
  return { url: options.url, request: (context) => sendAuthRequest(options, context) };
}
