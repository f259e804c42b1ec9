/** `authServer()`: a strict auth server and its API, as handlers for Mock Service Worker. */

import type { AccessToken } from './access-tokens.js';
import { createFaults, type Endpoint, type Fault, type FaultOptions, type FaultSwitch, json } from './faults.js';
import { unsignedJwt } from './jwt.js';
import { readLogin } from './login.js';
import { type Answer, createStrictServer, refuse, tokenAnswer } from './strict-server.js';

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
  /** Forgets sessions, the cookie, faults and counts. */
  reset(): void;
}

const ENDPOINTS: Readonly<Record<Endpoint, string>> = {
  signIn: '/auth/login',
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  api: '/api/*',
};

/** Counts on through all servers of the process, so that none takes a token of another. */
let serial = 0;

/**
 * An auth server that is as strict as yours should be: each refresh token is good once, and a second use ends the session. Its
 * API takes current access tokens only.
 *
 * The server keeps the refresh cookie itself, in place of the browser's jar: no script sees it, and every request has it,
 * whatever its `credentials`. So it is the same in Node, in jsdom, and in a browser with msw's worker. In Node msw keeps no
 * cookies and doesn't tell `credentials`; in a browser no mocked answer can set an HttpOnly cookie. Server and cookie last as
 * long as the page: after a reload nobody is signed in, and another tab has a server of its own.
 *
 * @example
 * import { http } from 'msw';
 * import { setupServer } from 'msw/node';
 *
 * const server = authServer({ http, users: { ada: { claims: { role: 'admin' } } } });
 * const network = setupServer(...server.handlers);
 */
export function authServer<Handler>(options: AuthServerOptions<Handler>): AuthServer<Handler> {
  const { http, users, tokens = 'jwt', lifetime = 300, overlap = 0 } = options;
  const endpoints = { ...ENDPOINTS, ...options.endpoints };
  const faults = createFaults();
  let strict = startStrict();
  let cookie: string | undefined;
  let refreshes = 0;
  let requests: Record<string, number> = {};

  function startStrict() {
    const clockAndSecrets = { now: () => Date.now(), secret: () => String(++serial) };
    return createStrictServer({
      lifetime,
      overlap,
      accessTokens: clockAndSecrets,
      refreshTokens: clockAndSecrets,
      writeToken: (token) => (tokens === 'opaque' ? `opaque-token-${token.id}` : unsignedJwt(payloadOf(token))),
      tokenResponse(accessToken, token) {
        const issued = { accessToken, expiresIn: lifetime, user: token.family.user.id };
        return options.tokenResponse?.(issued) ?? oauthResponse(issued);
      },
    });
  }

  const payloadOf = ({ id, family: { user }, issuedAt, expiresAt }: AccessToken): object => {
    const claims = users && Object.hasOwn(users, user.id) ? users[user.id]?.claims : undefined;
    return { ...claims, sub: user.id, iat: Math.floor(issuedAt / 1_000), exp: Math.floor(expiresAt / 1_000), jti: id };
  };

  /** The server's work for one request. Its cookie arrives with the answer: not where a fault takes its place. */
  async function exchange(
    endpoint: Endpoint,
    request: Request,
    work: (cookie: string | undefined) => Answer | Promise<Answer>,
  ): Promise<Response> {
    const met = await faults.meet(endpoint, request, () => work(cookie));
    if (met instanceof Response) return met;
    const { response, cookie: next } = met.answer;
    if (next !== undefined) cookie = next ?? undefined;
    return response;
  }

  async function login(request: Request): Promise<Answer> {
    const { user, password } = await readLogin(request);
    if (!user || !mayEnter(user, password)) return { response: json('invalid_credentials', 401) };
    const { body, cookie } = strict.signIn(user);
    return { response: tokenAnswer(body), cookie };
  }

  function mayEnter(user: string, password: string | undefined): boolean {
    if (!users) return true;
    const known = Object.hasOwn(users, user) ? users[user] : undefined;
    return !!known && (known.password === undefined || known.password === password);
  }

  const server: Omit<AuthServer<Handler>, 'handlers'> = {
    get counts() {
      return { refreshes, reuseAlarms: strict.reuseAlarms, requests: { ...requests } };
    },

    signIn(user) {
      const begun = strict.signIn(user);
      cookie = begun.cookie;
      return tokenAnswer(begun.body);
    },

    protect: (resolver) => (info) =>
      exchange('api', info.request, async () => {
        const judged = strict.judge(info.request.headers.get('authorization'));
        const name = judged.token?.family.user.id ?? 'nobody';
        requests[name] = (requests[name] ?? 0) + 1;
        if (judged.verdict !== 'good') return { response: refuse(judged) };
        // Not a copy: msw's own getters take effect when they are read.
        return { response: await resolver(Object.assign(info, { user: name })) };
      }),

    expireAccessTokens: () => strict.expireAccessTokens(),
    revokeSession: (user) => strict.revokeSession(user),
    fail: faults.set,
    recover: faults.clear,

    reset() {
      faults.clear();
      strict = startStrict();
      cookie = undefined;
      refreshes = 0;
      requests = {};
    },
  };

  return Object.assign(server, {
    handlers: [
      http.post(endpoints.signIn, ({ request }) => exchange('signIn', request, () => login(request))),
      http.post(endpoints.refresh, ({ request }) => {
        refreshes++;
        return exchange('refresh', request, (cookie) => strict.refresh(cookie));
      }),
      http.post(endpoints.signOut, ({ request }) => exchange('signOut', request, (cookie) => strict.signOut(cookie))),
      http.all(
        endpoints.api,
        server.protect(({ user }) => Response.json({ user })),
      ),
    ],
  });
}

const oauthResponse = ({ accessToken, expiresIn }: IssuedToken): object => ({
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: expiresIn,
});
