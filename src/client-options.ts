/** What `createAuthClient` accepts, and the check of it: whatever makes no sense is refused at once, by name. */

import { type Deadlines, deadlinesOf } from './deadlines.js';
import { ConfigurationError } from './errors.js';
import type { DebugEntry } from './events.js';
import type { ShouldRefresh } from './http/authorized-fetch.js';
import { placeOf, type TokenScope } from './http/token-scope.js';
import { checkKeys } from './known-keys.js';
import { withoutQuery } from './page.js';
import {
  AUTH_REQUEST_KEYS,
  type AuthRequestOptions,
  CSRF_KEYS,
  type CsrfOptions,
  type RequestHeaders,
} from './refresh/auth-request.js';
import { cookieRefresh } from './refresh/cookie-refresh.js';
import type { RefreshStrategy } from './refresh/refresh-strategy.js';
import { type MayHoldRefreshToken, REFRESH_TOKEN_HOLDER } from './refresh/refresh-token-holder.js';
import type { TokenEndpoint } from './refresh/token-endpoint.js';
import type { JudgeResponse, ReadSubject, TokenResponse } from './refresh/token-response.js';
import type { ReadTokens } from './refresh/token-shapes.js';
import { checkUrl, isUrl } from './safe-url.js';

/** Your own refresh request. {@link AuthClientOptions.refresh} says what its answers mean. */
export type RefreshFunction = (context: { readonly signal: AbortSignal }) => Promise<TokenResponse>;

export interface SignOutOptions {
  readonly url: string | URL;
  /** @default 'POST' */
  readonly method?: string | undefined;
  /**
   * Sent along, over the built-in `X-Requested-With: silent-refresh`. `{ 'X-Requested-With': undefined }` leaves that out:
   * then something else must keep a cross-site form from signing the user out, such as `SameSite` or the option `csrf`.
   */
  readonly headers?: RequestHeaders | undefined;
  /** For servers with double-submit protection; none by default. */
  readonly csrf?: CsrfOptions | undefined;
}

export interface AuthClientOptions {
  /**
   * Where access tokens come from. A URL is short for {@link cookieRefresh}: it is POSTed with cookies. A relative URL is
   * resolved when the client is made.
   *
   * A function sends a request of your own and gives the server's answer as it came: the `Response`, or its parsed JSON.
   * What the answer means is the same as for a URL. An error with a `response` counts as that answer, as axios and ky throw
   * it. Any other error ends no session. Only its name is told, since it may quote the request or the answer.
   */
  readonly refresh: string | URL | RefreshStrategy | RefreshFunction;

  /**
   * The sign-out endpoint: POSTed with cookies, so that the server revokes the session and clears its cookie. Without
   * it `signOut()` signs out in this browser's tabs only.
   */
  readonly signOut?: string | URL | SignOutOptions | undefined;

  /**
   * The name of a cookie that scripts may read. The server sets it beside the cookie of the refresh token, and deletes it
   * with that one. Its value is another one after each sign-in and each rotation; what stands before its first dot stays the
   * same for as long as the session lasts. It holds no secret and no personal data, and proves nothing: the server decides.
   *
   * Where there is no such cookie when the client is made, nobody is signed in, without a request: `getState()` says so at
   * once. Where it changes by somebody else's doing, on another subdomain or by a page of the server's own, the client asks
   * the server. A page need not wait longer than its value stays the same for the answer to a refresh that a closed page has
   * left behind. Where the server signs users in without setting it, all is as without this option.
   *
   * @default none
   *
   * @example
   * // Set-Cookie: has_session=k3J9xQ.7; Path=/; Secure; SameSite=Lax; Max-Age=86400
   * createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', hintCookie: 'has_session' });
   */
  readonly hintCookie?: string | undefined;

  /**
   * Where else the access token may go: origins, or URL prefixes (`https://api.example.com/v1`, matched on a path
   * boundary), without wildcards. https only, but for the page's own origin and loopback. The page's own origin needs no
   * entry; an entry for a part of it (`/api`) narrows it to that part. Everywhere else `auth.fetch` is plain `fetch`.
   *
   * @default [] the page's own origin
   */
  readonly allowedOrigins?: readonly (string | URL)[] | undefined;

  /**
   * Clients of one origin with one name, one token endpoint (its query included) and one `clientId` share a session across tabs. Apps that give
   * `refresh` a function, which names no endpoint, need a name of their own each.
   *
   * @default 'default'
   */
  readonly name?: string | undefined;

  /**
   * Milliseconds before expiry at which a visible tab refreshes; at most a fifth of the token's lifetime is used. A token
   * that came after a 401, an outage or sleep may be refreshed earlier, up to that fifth: other clients may have got theirs
   * in the same moment. `0` means when it expires, always.
   *
   * @default 30_000
   */
  readonly refreshAhead?: number | undefined;

  /**
   * Milliseconds that callers wait for a refresh, and a sign-in or a sign-out for its turn. Then they get an error, and a
   * sign-out is sent out of its turn. Until then a refresh that met 429 or 503 is tried again, in every tab that waits. A
   * request that is under way runs on, up to three times as long: giving up one that the server has processed would lose
   * the rotated cookie.
   *
   * @default 10_000
   */
  readonly refreshTimeout?: number | undefined;

  /**
   * Whether a response means "this token is no longer good". Called for each answer to a request that bore the token,
   * that of the replay too; read the body from `response.clone()` only. `request` has the URL and the method, not the body.
   * `undefined`: the built-in rule decides. So it does where this takes longer than `refreshTimeout`, or throws an error, which
   * goes to the console (`reportError`).
   *
   * @default a 401, unless its `WWW-Authenticate` asks for something a refresh can't give (RFC 6750 §3.1, RFC 9470 §3)
   */
  readonly shouldRefresh?: ShouldRefresh | undefined;

  /**
   * Reads the tokens out of an answer in a shape of your own. Built in: `{access_token, expires_in}` (OAuth 2.0),
   * `{access}` (Django SimpleJWT), `{accessToken, expiresIn}`, each also under `data` or `session`; a JWT under `token` or
   * `jwt`, or as plain text; and `Authorization: Bearer` in the answer's headers.
   */
  readonly readTokens?: ReadTokens | undefined;

  /**
   * What an answer to a refresh means, where the built-in rule takes it wrongly: `'renewed'` (its tokens are read),
   * `'over'` (the session has ended), `'unavailable'` (it says nothing about the session), or `undefined` (the built-in
   * rule decides). The response's body has been read: it is `body`, as parsed JSON, or as text where it isn't JSON. An
   * error that it throws means `'unavailable'`.
   *
   * @default OAuth's error codes; refusals that speak of the request; then 400, 401, 403, 410 and 422 are the end
   *
   * @example
   * // A server that redirects to its login page when the session is over:
   * createAuthClient({
   *   refresh: '/auth/refresh',
   *   verdict: (response) => (response?.type === 'opaqueredirect' ? 'over' : undefined),
   * });
   */
  readonly verdict?: JudgeResponse | undefined;

  /**
   * Whose token it is, for tokens that don't say it by a claim of a usual name. The client tells users apart by it, and the
   * state shows it. For opaque tokens, take it from the answer. `undefined`: the built-in rule decides.
   *
   * @default the claim `sub`, else `user_id`, `uid` or `userId`
   *
   * @example
   * createAuthClient({
   *   refresh: '/auth/refresh',
   *   subject: (claims, answer) => (answer as { user?: { id: string } }).user?.id,
   * });
   */
  readonly subject?: ReadSubject | undefined;

  /**
   * `false`: this tab shares nothing with others, and doesn't wait for them. Only for servers that give each tab a
   * refresh token of its own, and not together with the `storage` of `bodyRefresh`: the browser copies a tab's
   * `sessionStorage` to the tabs that it opens, and two tabs would present one refresh token.
   *
   * @default true
   */
  readonly tabs?: boolean | undefined;

  /**
   * Tells what the client decides, and why: "why was I signed out?". `true`: on the console, at the level "debug" (verbose).
   * In development each entry is a sentence, or has one as its `message`; in production only the events are told of. No
   * entry holds a token, a query string or a body. A function must not call the client.
   *
   * @default false
   */
  readonly debug?: boolean | ((entry: DebugEntry) => void) | undefined;

  /**
   * Sends all requests.
   *
   * @default the global `fetch`, looked up at each call
   */
  readonly fetch?: typeof fetch | undefined;
}

/** The options as the parts use them: checked, with defaults, URLs resolved. */
export interface ClientSettings {
  readonly tokenEndpoint: TokenEndpoint;
  readonly signOut: AuthRequestOptions | undefined;
  readonly hintCookie: string | undefined;
  readonly tokenScope: TokenScope;
  readonly tabs: TabSettings;
  readonly refreshAhead: number;
  readonly deadlines: Deadlines;
  readonly shouldRefresh: ShouldRefresh | undefined;
  readonly fetch: typeof fetch;
  readonly log: ((entry: DebugEntry) => void) | undefined;
}

interface TabSettings {
  readonly name: string;
  /** Tabs of one session take turns by its name; all clients of one token endpoint by its address, too. */
  readonly lockNames: readonly string[];
  readonly isShared: boolean;
}

const OPTIONS = [
  ...(['refresh', 'signOut', 'hintCookie', 'allowedOrigins', 'name', 'refreshAhead', 'refreshTimeout'] as const),
  ...(['shouldRefresh', 'readTokens', 'verdict', 'subject', 'tabs', 'debug', 'fetch'] as const),
] satisfies (keyof AuthClientOptions)[];

/** @throws ConfigurationError naming the option */
export function checkOptions(options: AuthClientOptions): ClientSettings {
  checkKeys('createAuthClient', options ?? {}, OPTIONS);
  const { name = 'default', allowedOrigins = [], fetch: ownFetch } = options ?? {};
  const { strategy, url } = checkRefresh(options?.refresh);
  const address = url && withoutQuery(url);
  const holder = strategy[REFRESH_TOKEN_HOLDER];
  if (!name) refuse('name', 'empty');
  if (options.tabs === false && holder?.hasStorage)
    refuse('tabs', 'false, but bodyRefresh has a storage, which tabs share or copy: leave one of them out');
  if (!Array.isArray(allowedOrigins)) refuse('allowedOrigins', 'no array');
  const signOut = checkSignOut(options.signOut);
  const fetch: typeof globalThis.fetch = (input, init) => (ownFetch ?? globalThis.fetch)(input, init);
  return Object.freeze({
    tokenEndpoint: {
      strategy,
      address,
      label: address ?? 'The refresh function',
      fetch,
      readTokens: options.readTokens ?? strategy.readTokens?.bind(strategy),
      refreshToken: holder,
      holdsRefreshToken: !!holder,
      verdict: checkFunction('verdict', options.verdict),
      subject: checkFunction('subject', options.subject),
    },
    signOut,
    hintCookie: checkHintCookie(options.hintCookie, !!holder),
    tokenScope: {
      allowed: [...allowedOrigins].map(checkAllowed).map(placeOf),
      // A refresh token in the body may go to the API's own address, as with GraphQL.
      authEndpoints: [
        ...(url && !holder ? [{ ...placeOf(url), method: strategy.method }] : []),
        ...(signOut ? [{ ...placeOf(new URL(signOut.url)), method: signOut.method ?? 'POST' }] : []),
      ],
    },
    tabs: {
      // Two apps of one origin, each with an auth server or a client id of its own, must not share tokens. Some tell their
      // tenants or projects by the query.
      name: [`silent-refresh:${name}`, url && address + url.search, holder?.clientId].filter(Boolean).join(' '),
      // Once each, or a lock would wait for itself.
      lockNames: [...new Set([`silent-refresh:${name}`, `silent-refresh:${address ?? name}`])],
      isShared: options.tabs !== false,
    },
    refreshAhead: checkDuration('refreshAhead', options.refreshAhead ?? 30_000, 0),
    deadlines: deadlinesOf(checkDuration('refreshTimeout', options.refreshTimeout ?? 10_000, 1)),
    shouldRefresh: options.shouldRefresh,
    fetch,
    log: options.debug === true ? logToConsole : checkFunction('debug', options.debug || undefined),
  });
}

const logToConsole = (entry: DebugEntry) => console.debug('silent-refresh:', entry);

/** How to call the token endpoint, and where it is, if that is known. */
function checkRefresh(refresh: AuthClientOptions['refresh'] | undefined) {
  if (!refresh) refuse('refresh', 'missing: give your token endpoint');
  const strategy: Partial<Pick<RefreshStrategy, 'url' | 'method'>> & TokenEndpoint['strategy'] & MayHoldRefreshToken =
    typeof refresh === 'function' ? { request: refresh } : isUrl(refresh) ? cookieRefresh({ url: refresh }) : refresh;
  if (!strategy.request)
    refuse(
      'refresh',
      'an object without request(): for a token endpoint use cookieRefresh({ url, … }) or bodyRefresh({ url, … })',
    );
  return { strategy, url: strategy.url ? checkUrl('createAuthClient: refresh', strategy.url) : undefined };
}

function checkSignOut(signOut: AuthClientOptions['signOut']) {
  const request = isUrl(signOut) ? { url: signOut } : signOut;
  if (!request) return undefined;
  checkKeys('createAuthClient: signOut', request, AUTH_REQUEST_KEYS);
  if (request.csrf) checkKeys('createAuthClient: signOut.csrf', request.csrf, CSRF_KEYS);
  if (!request.url) refuse('signOut', 'without url: give your sign-out endpoint');
  return { ...request, url: checkUrl('createAuthClient: signOut', request.url) };
}

/** RFC 6265 §4.1.1: a name is a token. */
function checkHintCookie(name: string | undefined, isInBody: boolean): string | undefined {
  if (name === undefined) return undefined;
  if (!/^[^\s=;,]+$/.test(name)) refuse('hintCookie', `'${name}', no name of a cookie`);
  if (isInBody) refuse('hintCookie', 'of no use: bodyRefresh has no cookie');
  return name;
}

function refuse(option: keyof AuthClientOptions, why: string): never {
  throw new ConfigurationError(`createAuthClient: ${option} is ${why}.`);
}

function checkFunction<T>(option: keyof AuthClientOptions, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== 'function') refuse(option, 'no function');
  return value;
}

function checkDuration(option: keyof AuthClientOptions, ms: number, least: number): number {
  if (!(ms >= least && ms < Infinity)) refuse(option, `${ms}, not milliseconds from ${least} up`);
  return ms;
}

function checkAllowed(entry: string | URL): URL {
  // 'api.example.com' would be a path of the page's own origin, and narrow that to it.
  if (!/^(https?:)?\/[^*]*$/.test(String(entry)))
    refuse('allowedOrigins', `'${entry}', no origin: start with https:// or /, no *`);
  return checkUrl('createAuthClient: allowedOrigins', entry);
}
