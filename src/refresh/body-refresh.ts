/** The refresh request for servers that take the refresh token in the body. */

import { ConfigurationError } from '../errors.js';
import { checkKeys } from '../known-keys.js';
import { checkUrl, isUrl } from '../safe-url.js';
import { holdRefreshToken } from './held-refresh-token.js';
import type { RefreshStrategy } from './refresh-strategy.js';
import { type MayHoldRefreshToken, REFRESH_TOKEN_HOLDER } from './refresh-token-holder.js';
import type { RefreshTokenStorage } from './refresh-token-storage.js';

type Fields = Readonly<Record<string, unknown>>;

/** How a request is written that carries the refresh token in its body. */
export interface TokenRequestOptions {
  readonly url: string | URL;
  /**
   * `'form'`: `application/x-www-form-urlencoded`, as OAuth 2.0 has it. `'json'`: `application/json`.
   *
   * @default 'form'
   */
  readonly format?: 'form' | 'json' | undefined;
  /**
   * The fields that name the refresh token: a plain object. A field that is `undefined` isn't sent. Where it throws, or gives
   * something else, the refresh fails as wrongly set up, and nobody is signed out.
   */
  readonly body?: ((refreshToken: string) => Fields) | undefined;
  /** Sent along, such as the key of an API gateway. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface BodyRefreshOptions extends TokenRequestOptions {
  /**
   * The fields that name the refresh token.
   *
   * @default `{ grant_type: 'refresh_token', refresh_token }` (RFC 6749 §6)
   */
  readonly body?: TokenRequestOptions['body'];
  /**
   * Of a public client: sent as the field `client_id` (RFC 6749 §3.2.1). A client secret has no place in a browser. Two
   * apps of one origin with different ones share no session.
   */
  readonly clientId?: string | undefined;
  /** More fields, such as `{ scope: 'orders' }`. They take the place of none that is there without them. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /**
   * Where the refresh token is revoked at sign-out: the address of RFC 7009, or a request of another shape. Without it, it
   * stays good at the server until it expires.
   */
  readonly revoke?: string | URL | TokenRequestOptions | undefined;
  /**
   * As in `fetch`. The refresh token is in the body, so no cookie is needed.
   *
   * @default 'omit'
   */
  readonly credentials?: RequestCredentials | undefined;
  /**
   * Where the refresh token outlives the page: `() => sessionStorage`, `() => localStorage`, or an adapter of your own. It
   * is called in browsers only. **Every script that runs in your origin can then steal the refresh token,** use it from
   * elsewhere, and go on after the page is closed (OAuth 2.0 for Browser-Based Applications, RFC 10017, BCP 212).
   * The access token is never stored.
   *
   * @default none: the refresh token is in memory only, and a reload ends the session unless another tab is open
   */
  readonly storage?: (() => RefreshTokenStorage) | undefined;
}

const REQUEST_KEYS = ['url', 'format', 'body', 'headers'] as const satisfies (keyof TokenRequestOptions)[];
const KEYS = [
  ...REQUEST_KEYS,
  ...(['clientId', 'parameters', 'revoke', 'credentials', 'storage'] as const),
] satisfies (keyof BodyRefreshOptions)[];

/**
 * The refresh token comes with the answer to a sign-in, and is sent in the body of each refresh. It is held in memory, and
 * goes to the token endpoint, to `revoke`, and to the other tabs, as the access token does. An HttpOnly cookie is the safer
 * choice, since no script can read it: see {@link cookieRefresh}.
 *
 * The request is a `POST` with `credentials: 'omit'`, `cache: 'no-store'` and `redirect: 'manual'`. It isn't `keepalive`:
 * when its page is closed it is better not sent, since nobody would get the new refresh token.
 *
 * @example
 * // OAuth 2.0, a public client
 * bodyRefresh({ url: 'https://id.example.com/oauth/token', clientId: 'spa', revoke: 'https://id.example.com/oauth/revoke' });
 *
 * @example
 * // Django REST framework with SimpleJWT
 * bodyRefresh({ url: '/api/token/refresh/', format: 'json', body: (refresh) => ({ refresh }) });
 *
 * @throws {@link ConfigurationError} naming an option that it doesn't know, that is empty, or an address that others can
 *   read along
 */
export function bodyRefresh(options: BodyRefreshOptions): RefreshStrategy {
  if (typeof options !== 'object' || !options?.url) refuse('url is missing. Call bodyRefresh({ url })');
  checkKeys('bodyRefresh', options, KEYS);
  const { format, body, headers, clientId, parameters, revoke, credentials = 'omit', storage } = options;
  if (storage !== undefined && typeof storage !== 'function')
    refuse('storage is no function: give () => sessionStorage');
  if (clientId === '') refuse('clientId is empty');
  const revokeAt = isUrl(revoke) ? { url: revoke } : revoke;
  if (revokeAt && !revokeAt.url) refuse('revoke: url is missing: give the address, or { url }');
  const client = clientId === undefined ? {} : { client_id: clientId };
  const refresh = tokenRequest('', { url: options.url, format, body: body ?? refreshBody, headers });
  const revocation = revokeAt && tokenRequest(': revoke', { body: revokeBody, ...revokeAt });
  const strategy: RefreshStrategy & MayHoldRefreshToken = {
    url: refresh.url,
    request: ({ fetch, signal, refreshToken = '' }) =>
      fetch(refresh.url, { ...refresh.init(refreshToken, client, parameters), credentials, signal }),
    ...(revocation && {
      revoke: ({ fetch, refreshToken }) =>
        // The page may be left right after a sign-out.
        fetch(revocation.url, { ...revocation.init(refreshToken, client), credentials, keepalive: true }),
    }),
    [REFRESH_TOKEN_HOLDER]: holdRefreshToken(storage, clientId),
  };
  return strategy;
}

const refreshBody = (refresh_token: string) => ({ grant_type: 'refresh_token', refresh_token });
/** RFC 7009 §2.1 */
const revokeBody = (token: string) => ({ token, token_type_hint: 'refresh_token' });

/** @param where how errors name it */
function tokenRequest(where: string, options: TokenRequestOptions & Required<Pick<TokenRequestOptions, 'body'>>) {
  checkKeys(`bodyRefresh${where}`, options, REQUEST_KEYS);
  const { format = 'form', body, headers } = options;
  if (format !== 'form' && format !== 'json') refuse(`format is '${format}': give 'form' or 'json'`);
  if (typeof body !== 'function') refuse('body is no function: give (refreshToken) => ({ refreshToken }), say');
  return {
    url: checkUrl(`bodyRefresh${where}: url`, options.url),
    init(refreshToken: string, client: Fields, parameters?: Fields): RequestInit {
      const isJson = format === 'json';
      return {
        method: 'POST',
        headers: { Accept: 'application/json', ...(isJson && { 'Content-Type': 'application/json' }), ...headers },
        body: writeFields(isJson, () => body(refreshToken), client, parameters),
        cache: 'no-store',
        // Not followed: the refresh token would go along.
        redirect: 'manual',
      };
    },
  };
}

/** @throws ConfigurationError without a cause: an error of the app's own function may quote the refresh token */
function writeFields(isJson: boolean, readBody: () => unknown, client: Fields, parameters: Fields | undefined) {
  let given: unknown;
  try {
    given = readBody();
    if (isPlain(given)) {
      const own = { ...given, ...client };
      // Theirs is the last place.
      const fields = { ...own, ...parameters, ...own };
      if (isJson) return JSON.stringify(fields);
      const filled = Object.entries(fields).filter(([, value]) => value !== undefined);
      return new URLSearchParams(filled as [string, string][]);
    }
  } catch {
    refuse("body threw an error, or gave what can't be written");
  }
  if (given instanceof Promise) given.catch(() => {});
  refuse('body gave no plain object: give (refreshToken) => ({ refreshToken }), say');
}

/** Of whatever realm. */
function isPlain(value: unknown): value is Fields {
  if (typeof value !== 'object' || !value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return !prototype || !Object.getPrototypeOf(prototype);
}

function refuse(why: string): never {
  throw new ConfigurationError(`bodyRefresh: ${why}.`);
}
