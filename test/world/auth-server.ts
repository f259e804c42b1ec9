/**
 * A strict auth server and its API, behind msw, by the rules of the demo's server: a refresh token is good once, a second
 * use revokes the session and is counted. It has one cookie jar, that of one browser: a Set-Cookie lands there when the
 * answer does.
 */

import { HttpResponse, http } from 'msw';
import { createSessions, type Grant } from '../../demo/server/sessions.ts';
import { bearerOf, createAccessTokens } from '../../demo/server/tokens.ts';
import { network } from './network.ts';
import { gate } from './waiting.ts';

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
export function jwt(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.c2lnbmF0dXJl`;
}

export function startAuthServer() {
  /** Millisecond clock of the server, apart from the page's. */
  let serverNow = () => Date.now();
  const now = () => serverNow();
  let serial = 0;
  const sessions = createSessions({ overlap: 0 }, { now, secret: () => `refresh-${++serial}` });
  let underWay = 0;

  const server = {
    /** Seconds. */
    lifetime: 60,
    /** The browser's refresh cookie. */
    cookie: undefined as string | undefined,
    refreshCalls: 0,
    reuseAlarms: 0,
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
      const grant = sessions.begin({ id: user, name: user });
      server.cookie = grant.refreshToken;
      return tokenAnswer(grant);
    },
    /** The request for `auth.signIn`. */
    login: (user: string) => async () => server.signIn(user),
    /** Every access token so far meets a 401, though nobody knows. */
    expireAccessTokens() {
      tokens.expireAll();
    },
    revoke(user: string) {
      sessions.revokeUser(user);
    },
    setClock(clock: () => number) {
      serverNow = clock;
    },
    /** Keeps refreshes back after they have rotated, until released. */
    holdRefresh() {
      const arrived = gate();
      const released = gate();
      held = { arrived: arrived.open, released: released.opened };
      return {
        arrived: arrived.opened,
        release() {
          held = undefined;
          released.open();
        },
      };
    },
    /** Keeps API answers back, until released. */
    holdApi() {
      const arrived = gate();
      const released = gate();
      heldApi = { arrived: arrived.open, released: released.opened };
      return {
        arrived: arrived.opened,
        release() {
          heldApi = undefined;
          released.open();
        },
      };
    },
  };
  let held: { arrived(): void; released: Promise<void> } | undefined;
  let heldApi: { arrived(): void; released: Promise<void> } | undefined;

  // Numbered as the refresh token that comes with it.
  const tokens = createAccessTokens(server, { now, secret: () => String(serial) });
  /** By what is written, to the letter: nobody here verifies a signature. */
  const idsOfTokens = new Map<string, string>();
  /** From the sign-in on: 1, 2, … */
  const generationOf = ({ generation }: { readonly generation: number }) => generation + 1;

  function tokenAnswer(grant: Grant): object {
    const { id, issuedAt } = tokens.issue(grant);
    const iat = Math.floor(issuedAt / 1_000);
    const payload = { sub: grant.family.user.id, iat, exp: iat + server.lifetime, gen: generationOf(grant), jti: id };
    const token = server.opaque ? `opaque-${id}` : jwt(payload);
    idsOfTokens.set(token, id);
    return server.shape(token, server.lifetime);
  }

  async function refresh(request: Request): Promise<Response> {
    server.refreshCalls++;
    server.refreshRequests.push(request.clone());
    if (++underWay > 1) server.overlaps++;
    try {
      if (server.answerRefresh) return await server.answerRefresh(request);
      const rotation = sessions.rotate(server.cookie);
      if (rotation.outcome === 'reused') server.reuseAlarms++;
      if (!('grant' in rotation)) return HttpResponse.json({ error: 'invalid_grant' }, { status: 401 });
      const answer = tokenAnswer(rotation.grant);
      // The cookie lands in the jar with the answer, not before it.
      if (held) {
        const { arrived, released } = held;
        arrived();
        await released;
      }
      server.cookie = rotation.grant.refreshToken;
      return HttpResponse.json(answer, { headers: { 'Cache-Control': 'no-store' } });
    } finally {
      underWay--;
    }
  }

  async function api(request: Request): Promise<Response> {
    const authorization = request.headers.get('authorization');
    const bearer = bearerOf(authorization);
    const { verdict, token } = tokens.judge(bearer && (idsOfTokens.get(bearer) ?? 'never issued'));
    const body = await request.clone().arrayBuffer();
    const good =
      verdict === 'good'
        ? HttpResponse.json({ user: token.family.user.id, generation: generationOf(token) })
        : HttpResponse.json(
            { error: 'invalid_token' },
            { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="api", error="invalid_token"' } },
          );
    if (heldApi) {
      const { arrived, released } = heldApi;
      arrived();
      await released;
    }
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
      const family = sessions.familyOf(server.cookie);
      if (family) sessions.revoke(family);
      server.cookie = undefined;
      return new HttpResponse(null, { status: 204 });
    }),
    http.all(`${API}/*`, ({ request }) => api(request)),
    http.all('https://app.test/api/*', ({ request }) => api(request)),
    http.all('https://app.test/graphql', ({ request }) => api(request)),
  );
  return server;
}

export type AuthServer = ReturnType<typeof startAuthServer>;
