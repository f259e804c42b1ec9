/** The refresh request for servers that keep the refresh token in an HttpOnly cookie. */

import { ConfigurationError } from '../errors.js';
import { checkKeys } from '../known-keys.js';
import { resolveUrl } from '../page.js';
import { AUTH_REQUEST_KEYS, type AuthRequestOptions, CSRF_KEYS, sendAuthRequest } from './auth-request.js';
import type { RefreshStrategy } from './refresh-strategy.js';

/**
 * The refresh token lives in an HttpOnly cookie. The request is a `POST` without a body, with `credentials: 'include'`,
 * `keepalive`, `cache: 'no-store'`, `redirect: 'manual'` (a redirect isn't followed) and the header
 * `X-Requested-With: silent-refresh`, which a cross-site form can't forge. `refresh: '/auth/refresh'` is short for
 * `refresh: cookieRefresh({ url: '/auth/refresh' })`.
 *
 * @example
 * createAuthClient({
 *   refresh: cookieRefresh({
 *     url: '/auth/refresh',
 *     csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' },
 *   }),
 * });
 *
 * @throws {@link ConfigurationError} naming an option that it doesn't know
 */
export function cookieRefresh(options: AuthRequestOptions): RefreshStrategy {
  if (typeof options !== 'object' || !options?.url) {
    throw new ConfigurationError('cookieRefresh: url is missing. Call cookieRefresh({ url }).');
  }
  checkKeys('cookieRefresh', options, AUTH_REQUEST_KEYS);
  if (options.csrf) checkKeys('cookieRefresh: csrf', options.csrf, CSRF_KEYS);
  // Resolved now: the page may have moved on (history.pushState) when the request is sent.
  const url = resolveUrl(options.url) ?? options.url;
  const { method = 'POST' } = options;
  return { url, method, request: (context) => sendAuthRequest({ ...options, url }, context) };
}
