/**
 * The strict server of `silent-refresh/testing`, and around it what only this project's tests have: records of all requests,
 * answers of a test's own, a clock apart from the page's. It has one cookie jar, that of one browser: a cookie lands there
 * when the answer does.
 */

import { HttpResponse, http } from 'msw';
import { createFaults, type Endpoint } from '../../src/testing/server/faults.ts';
import { unsignedJwt } from '../../src/testing/server/jwt.ts';
import { createStrictServer, refuse } from '../../src/testing/server/strict-server.ts';
import { setHint } from './hint-cookie.ts';
import { network } from './network.ts';

export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  /** Whose token it bore, and of which refresh; `undefined` without a token, or with one that is not good. */
  readonly user: string | undefined;
  readonly generation: number | undefined;
  readonly status: number;
  readonly body: ArrayBuffer;
  readonly headers: Headers;
}

export const API = 'https://api.test';
export const TOKEN_ENDPOINT = 'https://app.test/auth/refresh';

/** A JWT of the given payload; nobody here verifies its signature. */
export const jwt = unsignedJwt;

export function startAuthServer() {
  /** Millisecond clock of the server, apart from the page's. */
  let serverNow = () => Date.now();
  const now = () => serverNow();
  let serial = 0;
  const faults = createFaults();
  let underWay = 0;
  let sessions = 0;
  let hintCount = 0;

  const server = {
    /** Seconds. */
    lifetime: 60,
    /** The browser's refresh cookie. */
    cookie: undefined as string | undefined,
    /** Whether it sets a hint cookie beside it: one that names the session, or one that is another one each time. */
    hints: 'none' as 'none' | 'of-sessions' | 'of-rotations',
    refreshCalls: 0,
    get reuseAlarms() {
      return strict.reuseAlarms;
    },
    overlaps: 0,
    logouts: 0,
    logoutRequests: [] as Request[],
    /** Instead of the server's own answer to a sign-out; the session stays. */
    answerLogout: undefined as ((request: Request) => Response | Promise<Response>) | undefined,
    apiRequests: [] as ApiRequest[],
    refreshRequests: [] as Request[],
    /** Instead of the server's own answer to a refresh; nothing is rotated. */
    answerRefresh: undefined as ((request: Request) => Response | Promise<Response>) | undefined,
    /** Instead of the API's own answer, which it gets: what the token is worth stands there. */
    answerApi: undefined as
      | ((request: Request, own: Response) => Response | undefined | Promise<Response | undefined>)
      | undefined,
    /** The shape of a token answer. */
    shape: (token: string, lifetime: number): object => ({
      access_token: token,
      token_type: 'Bearer',
      expires_in: lifetime,
    }),
    opaque: false,

    signIn(user: string): object {
      const { body, cookie } = strict.signIn(user);
      server.cookie = cookie;
      sessions++;
      giveHint();
      return body;
    },
    /** The request for `auth.signIn`. */
    login: (user: string) => async () => server.signIn(user),
    /** Every access token so far meets a 401, though nobody knows. */
    expireAccessTokens() {
      strict.expireAccessTokens();
    },
    revoke(user: string) {
      strict.revokeSession(user);
    },
    setClock(clock: () => number) {
      serverNow = clock;
    },
    /** Keeps refreshes back after they have rotated, until released. */
    holdRefresh: () => hold('refresh'),
    /** Keeps API answers back, until released. */
    holdApi: () => hold('api'),
  };

  function hold(endpoint: Endpoint) {
    const { met, clear } = faults.set(endpoint, 'hang', { afterProcessing: true });
    return { arrived: met, release: clear };
  }

  function giveHint(): void {
    if (server.hints === 'none') return;
    hintCount++;
    setHint(server.hints === 'of-sessions' ? `session-${sessions}.${hintCount}` : `r${hintCount}`);
  }

  function takeHint(): void {
    if (server.hints !== 'none') setHint('');
  }

  /** From the sign-in on: 1, 2, … */
  const generationOf = ({ generation }: { readonly generation: number }) => generation + 1;

  const strict = createStrictServer({
    overlap: 0,
    get lifetime() {
      return server.lifetime;
    },
    refreshTokens: { now, secret: () => `refresh-${++serial}` },
    // Numbered as the refresh token that comes with it.
    accessTokens: { now, secret: () => String(serial) },
    writeToken(token) {
      const { id, family, issuedAt } = token;
      if (server.opaque) return `opaque-${id}`;
      const iat = Math.floor(issuedAt / 1_000);
      return jwt({ sub: family.user.id, iat, exp: iat + server.lifetime, gen: generationOf(token), jti: id });
    },
    tokenResponse: (text) => server.shape(text, server.lifetime),
  });

  async function refresh(request: Request): Promise<Response> {
    server.refreshCalls++;
    server.refreshRequests.push(request.clone());
    if (++underWay > 1) server.overlaps++;
    try {
      if (server.answerRefresh) return await server.answerRefresh(request);
      const met = await faults.meet('refresh', request, () => strict.refresh(server.cookie));
      if (met instanceof Response) return met;
      const { response, cookie } = met.answer;
      // It lands in the jar with the answer, not before it.
      if (cookie) server.cookie = cookie;
      if (cookie) giveHint();
      else takeHint();
      return response;
    } finally {
      underWay--;
    }
  }

  async function api(request: Request): Promise<Response> {
    const authorization = request.headers.get('authorization');
    const judged = strict.judge(authorization);
    const { verdict, token } = judged;
    const body = await request.clone().arrayBuffer();
    const own = () =>
      verdict === 'good'
        ? HttpResponse.json({ user: token.family.user.id, generation: generationOf(token) })
        : refuse(judged);
    const met = await faults.meet('api', request, own);
    const good = met instanceof Response ? met : met.answer;
    const response = (await server.answerApi?.(request, good)) ?? good;
    server.apiRequests.push({
      method: request.method,
      url: request.url,
      authorization,
      user: token?.family.user.id,
      generation: token && generationOf(token),
      status: response.status,
      body,
      headers: request.headers,
    });
    return response;
  }

  network.use(
    http.post(TOKEN_ENDPOINT, ({ request }) => refresh(request)),
    http.all('https://app.test/auth/logout', ({ request }) => {
      server.logouts++;
      server.logoutRequests.push(request);
      if (server.answerLogout) return server.answerLogout(request);
      const { response } = strict.signOut(server.cookie);
      server.cookie = undefined;
      takeHint();
      return response;
    }),
    http.all(`${API}/*`, ({ request }) => api(request)),
    http.all('https://app.test/api/*', ({ request }) => api(request)),
    http.all('https://app.test/graphql', ({ request }) => api(request)),
  );
  return server;
}

export type AuthServer = ReturnType<typeof startAuthServer>;
