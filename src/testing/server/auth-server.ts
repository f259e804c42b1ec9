/** `authServer()`: a strict auth server and its API, as handlers for Mock Service Worker. */

import type { AccessToken } from './access-tokens.js';
import type { AuthServer, AuthServerOptions, IssuedToken } from './auth-server-face.js';
import { createFaults, type Endpoint, json } from './faults.js';
import { writeHint } from './hint-cookie.js';
import { unsignedJwt } from './jwt.js';
import { readLogin } from './login.js';
import { type Answer, type Cookies, createStrictServer, refuse, tokenAnswer } from './strict-server.js';

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
 * long as the page: after a reload nobody is signed in, and another tab has a server of its own. The hint cookie alone is in
 * `document.cookie`, where the client looks for it.
 *
 * @example
 * import { http } from 'msw';
 * import { setupServer } from 'msw/node';
 *
 * const server = authServer({ http, users: { ada: { claims: { role: 'admin' } } } });
 * const network = setupServer(...server.handlers);
 */
export function authServer<Handler>(options: AuthServerOptions<Handler>): AuthServer<Handler> {
  const { http, users, tokens = 'jwt', lifetime = 300, overlap = 0, hintCookie } = options;
  const endpoints = { ...ENDPOINTS, ...options.endpoints };
  const faults = createFaults();
  let strict = startStrict();
  let cookie: string | undefined;
  let refreshes = 0;
  let requests: Record<string, number> = {};
  // One of a server before this one, which the page has outlived, or a test before.
  writeHint(hintCookie, '');

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

  function keepCookies(cookies: Partial<Cookies>): void {
    if (cookies.cookie !== undefined) cookie = cookies.cookie || undefined;
    if (cookies.hint !== undefined) writeHint(hintCookie, cookies.hint);
  }

  /** The server's work for one request. Its cookies arrive with the answer: not where a fault takes its place. */
  async function exchange(
    endpoint: Endpoint,
    request: Request,
    work: (cookie: string | undefined) => Answer | Promise<Answer>,
  ): Promise<Response> {
    // A request that hung when the server was reset is one of the test before: its connection breaks.
    const asked = strict;
    const isForgotten = () => strict !== asked;
    const met = await faults.meet(endpoint, request, () =>
      isForgotten() ? { response: Response.error() } : work(cookie),
    );
    if (met instanceof Response) return met;
    if (isForgotten()) return Response.error();
    keepCookies(met.answer);
    return met.answer.response;
  }

  async function login(request: Request): Promise<Answer> {
    const { user, password } = await readLogin(request);
    if (!user || !mayEnter(user, password)) return { response: json('invalid_credentials', 401) };
    const { body, ...cookies } = strict.signIn(user);
    return { response: tokenAnswer(body), ...cookies };
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
      const { body, ...cookies } = strict.signIn(user);
      keepCookies(cookies);
      return tokenAnswer(body);
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
      keepCookies({ cookie: '', hint: '' });
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
