/** The public face of `authServer()`: its options, and what a test does with it. */

import type { Endpoint, Fault, FaultOptions, FaultSwitch } from './faults.js';

/** What is used of msw's `http`. It is handed over, so that this door needs no msw for tests that have none. */
export interface MswHttp<Handler> {
  post(path: string, resolver: (info: { readonly request: Request }) => Promise<Response>): Handler;
  all(path: string, resolver: (info: { readonly request: Request }) => Promise<Response>): Handler;
}

export interface ServerUser {
  /** @default any password is right */
  readonly password?: string | undefined;
  /** In this user's access tokens, beside `sub`, `iat`, `exp` and `jti`. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

export interface AuthServerOptions<Handler> {
  /** `http` of msw 2 or 3. */
  readonly http: MswHttp<Handler>;
  /** By name, which is the `sub` of their tokens. @default everybody may sign in, with any password */
  readonly users?: Readonly<Record<string, ServerUser>> | undefined;
  /** Seconds that an access token is good for. @default 300 */
  readonly lifetime?: number | undefined;
  /**
   * Milliseconds in which a refresh token that was just spent gets its successor again. Later, and with `0` at once, a second
   * use is a reuse alarm and ends the session (RFC 9700 §4.14.2).
   *
   * @default 0
   */
  readonly overlap?: number | undefined;
  /**
   * The name that your client has in its option `hintCookie`. The server then sets that cookie in `document.cookie` with each
   * refresh token, to another value each time, and deletes it at a sign-out and with each refusal of a refresh. Without it
   * such a client is signed out as soon as it is made, since it takes the absence for a visitor. Where there is no document,
   * nothing is set, and the client doesn't look.
   *
   * @default undefined no hint cookie
   */
  readonly hintCookie?: string | undefined;
  /** JWTs aren't signed: anybody could write them, and this server takes only those that it has issued. @default 'jwt' */
  readonly tokens?: 'jwt' | 'opaque' | undefined;
  /** The body of an answer with a token. @default OAuth's `{access_token, token_type, expires_in}` */
  readonly tokenResponse?: ((token: IssuedToken) => object) | undefined;
  /** Paths of the page's own origin, or URLs, as msw takes them. Where there is no page, give URLs. */
  readonly endpoints?: Partial<Readonly<Record<Endpoint, string>>> | undefined;
}

export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly user: string;
}

/** Since the server was made, or reset. */
export interface AuthServerCounts {
  /** Requests to the refresh endpoint, whatever they were answered. */
  readonly refreshes: number;
  /** Spent refresh tokens that came again. Each has ended a session. */
  readonly reuseAlarms: number;
  /** Requests to the API by the user of their token, good or not; `nobody` where it bore none that is known. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface AuthServer<Handler> {
  /** For `setupServer` or `setupWorker`. Your own handlers come first. */
  readonly handlers: Handler[];
  readonly counts: AuthServerCounts;
  /**
   * Begins a session without a login request: the cookie is there from now on, as if the user had signed in yesterday. Gives
   * the token response, for `auth.signIn` or a login handler of your own.
   */
  signIn(user: string): Response;
  /**
   * Makes a resolver of msw demand a good access token, and tells it whose that is. Any other request is answered with a 401.
   *
   * @example
   * http.get('/api/orders', server.protect(({ user }) => HttpResponse.json(ordersOf(user))))
   */
  protect<Info extends { readonly request: Request }>(
    resolver: (info: Info & { readonly user: string }) => Response | Promise<Response>,
  ): (info: Info) => Promise<Response>;
  /** The API refuses every access token of until now. A refresh brings a good one. */
  expireAccessTokens(): void;
  /** Ends all sessions of the user: the API refuses their tokens, and a refresh is refused, too. */
  revokeSession(user: string): void;
  /** Something goes wrong at an endpoint. The last fault that was set there counts; when it is over, the one before. */
  fail(endpoint: Endpoint, fault: Fault, options?: FaultOptions): FaultSwitch;
  /** Clears all faults. */
  recover(): void;
  /** Forgets sessions, the cookies, faults and counts. */
  reset(): void;
}
