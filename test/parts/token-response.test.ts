/** What an answer of the auth server means: renewed, session over, or no answer to speak of. And it is never quoted (P9). */

import {
  type AuthClientOptions,
  RefreshUnavailableError,
  SessionExpiredError,
  SignInFailedError,
} from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { failureOf } from '../given/failures.ts';
import {
  bearer,
  brokenOff,
  html,
  json,
  LEAK,
  NOW,
  oneHour,
  restore,
  SECRET,
  text,
  tokenless,
} from '../given/secret-answers.ts';
import { API, type AuthServer, jwt, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { openTab, record } from '../world/tabs.ts';
import { tracesOf } from '../world/traces.ts';
import { rest, standing } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** Restores with this answer; what the app sees then, and which header its requests bear. */
async function restoreWith(answer: () => Response, options?: Partial<AuthClientOptions>) {
  server.answerRefresh = answer;
  server.answerApi = () => json({});
  const auth = openTab(options);
  let receivedAt = 0;
  auth.subscribe(() => {
    receivedAt = Date.now();
  });
  const state = await restore(auth);
  await auth.fetch(`${API}/orders`);
  const lifetime = 'expiresAt' in state && state.expiresAt !== undefined ? state.expiresAt - receivedAt : undefined;
  return { state, lifetime, authorization: server.apiRequests[0]?.authorization };
}

describe('answers understood without configuration', () => {
  it.each<[string, string, object, number | undefined]>([
    ['OAuth 2.0: access_token, expires_in', 'abc', { access_token: 'abc', expires_in: 300 }, 300_000],
    [
      'OAuth 2.0 in full',
      'abc',
      { access_token: 'abc', token_type: 'Bearer', expires_in: 300, refresh_token: 'r', scope: 'a b', id_token: 'i' },
      300_000,
    ],
    ['Django SimpleJWT: access', oneHour, { access: oneHour, refresh: 'r' }, 3_600_000],
    ['camelCase: accessToken, expiresIn', 'abc', { accessToken: 'abc', expiresIn: 300 }, 300_000],
    ['an opaque token without an expiry', 'abc', { access_token: 'abc' }, undefined],
    ['a JWT: its own lifetime counts', oneHour, { access_token: oneHour }, 3_600_000],
    ['a JWT and a shorter expires_in', oneHour, { access_token: oneHour, expires_in: 300 }, 300_000],
    ['a JWT and a longer expires_in', oneHour, { access_token: oneHour, expires_in: 9_999 }, 3_600_000],
    [
      'a JWT without iat: its exp alone says nothing',
      bearer({ exp: NOW }),
      { access: bearer({ exp: NOW }) },
      undefined,
    ],
    ['three parts that can’t be decoded: an opaque token', 'not.a.jwt', { access_token: 'not.a.jwt' }, undefined],
    ['a payload that is no object: an opaque token', 'e30.bnVsbA.x', { access_token: 'e30.bnVsbA.x' }, undefined],
    ['expires_in as a numeric string', 'abc', { access_token: 'abc', expires_in: '300' }, 300_000],
    ['expires_in: null is none', 'abc', { access_token: 'abc', expires_in: null }, undefined],
    ['expires_in: null, a JWT', oneHour, { access_token: oneHour, expires_in: null }, 3_600_000],
    ['expires_in of a century', 'abc', { access_token: 'abc', expires_in: 3_155_760_000 }, 3_155_760_000_000],
  ])('%s', async (_, token, body, lifetime) => {
    const seen = await restoreWith(() => json(body));

    expect(seen.state.status).toBe('signed-in');
    expect(seen.lifetime).toBe(lifetime);
    expect(seen.authorization).toBe(`Bearer ${token}`);
    await pass(1_000);
    expect(server.refreshCalls).toBe(1);
  });

  it('a JWT’s claims and subject are in the state, an opaque token’s are undefined', async () => {
    const known = await restoreWith(() => json({ access: bearer({ iat: NOW, exp: NOW + 60, role: 'admin' }) }));
    expect(known.state).toMatchObject({ subject: 'ada', claims: { sub: 'ada', role: 'admin' } });

    const unknown = await restoreWith(() => json({ access: 'opaque' }));
    expect(unknown.state).toMatchObject({ status: 'signed-in', subject: undefined, claims: undefined });
  });

  it('a subject that is neither a string nor a number is none', async () => {
    const { state } = await restoreWith(() => json({ access: jwt({ sub: ['ada'] }) }));
    expect(state).toMatchObject({ status: 'signed-in', subject: undefined, claims: { sub: ['ada'] } });
  });

  it('JSON is JSON, whatever its Content-Type says', async () => {
    const { state } = await restoreWith(() => text('{"access_token":"abc"}', 'text/plain'));
    expect(state.status).toBe('signed-in');
  });

  it('the server’s Date header, not this machine’s clock, says how much of a JWT’s life is left', async () => {
    const aWhileLater = { Date: new Date((NOW + 600) * 1_000).toUTCString() };
    const { lifetime } = await restoreWith(() => json({ access: oneHour }, { headers: aWhileLater }));
    expect(lifetime).toBe(3_000_000);
  });
});

describe('readTokens reads the other shapes', () => {
  it('gets the parsed body and the Response, and its findings count', async () => {
    const readTokens = vi.fn((body: unknown, response: Response | undefined) => ({
      accessToken: (body as { data: { jwt: string } }).data.jwt,
      expiresIn: response?.headers.get('x-lifetime'),
    }));
    const seen = await restoreWith(() => json({ data: { jwt: 'abc' } }, { headers: { 'X-Lifetime': '300' } }), {
      readTokens,
    });

    expect(readTokens).toHaveBeenCalledExactlyOnceWith({ data: { jwt: 'abc' } }, expect.any(Response));
    expect(seen).toMatchObject({ lifetime: 300_000, authorization: 'Bearer abc' });
  });

  it.each([null, undefined])('where it finds a lifetime of %s there is none', async (expiresIn) => {
    const readTokens = () => ({ accessToken: 'abc', expiresIn });
    const { state, lifetime } = await restoreWith(() => json({}), { readTokens });
    expect(state.status).toBe('signed-in');
    expect(lifetime).toBeUndefined();
  });

  it('gets no Response where the answer is parsed JSON already; the sign-in goes through it too', async () => {
    const readTokens = vi.fn((body: unknown) => ({ accessToken: (body as { t: string }).t, expiresIn: 300 }));
    const auth = openTab({ readTokens });
    await auth.signIn(async () => ({ t: 'abc' }));

    expect(readTokens).toHaveBeenCalledExactlyOnceWith({ t: 'abc' }, undefined);
    expect(auth.getState().status).toBe('signed-in');
  });

  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error(SECRET);
      },
    ],
    ['finds nothing', () => undefined as never],
    ['finds null', () => null as never],
    ['finds no token', () => ({ accessToken: undefined }) as never],
    ['finds a lifetime that is NaN', () => ({ accessToken: SECRET, expiresIn: NaN }) as never],
  ])('where it %s, the session is kept and nothing is quoted (P5, P9)', async (_, readTokens) => {
    const auth = openTab({ readTokens });
    server.answerRefresh = () => json({ data: SECRET });
    const error = await failureOf(restore(auth));

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState().status).toBe('restoring');
  });
});

const sick: [string, () => Response, RegExp][] = [
  ['an HTML 403, a firewall’s', () => html(403), /403, text\/html/],
  ['an HTML 401, a proxy’s', () => html(401), /401, text\/html/],
  ['an HTML 400 that calls itself JSON', () => html(400, 'application/json'), /400/],
  ['404', () => json({ error: SECRET }, { status: 404 }), /404/],
  ['408', () => json({ error: SECRET }, { status: 408 }), /408/],
  ['500', () => json({ error: SECRET }, { status: 500 }), /500/],
  ['502, an HTML page', () => html(502), /502/],
];

const unreachable: typeof sick = [
  ['a redirect to a login page', () => Response.redirect('https://app.test/login'), /redirected.*option/],
  ['a network error', () => Response.error(), /request failed/],
];

describe('an answer to a refresh that is none: the session is kept, nothing is quoted, nothing loops (P3, P5, P9)', () => {
  const broken: typeof sick = [['an answer that breaks off', brokenOff, /request failed/]];
  const rows = [...tokenless, ...sick, ...unreachable, ...broken];

  it.each(rows)('%s, while signed in', async (_, answer, why) => {
    const auth = await adasTab(server);
    const state = auth.getState();
    const events = record(auth);
    server.answerRefresh = answer;
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect((error as Error).message).toMatch(why);
    expect((error as Error).message).toContain(TOKEN_ENDPOINT);
    expect(tracesOf(LEAK, [error, events])).toEqual([]);
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed']);

    // The token is still good, and it is used.
    expect(auth.getState()).toBe(state);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    await pass(999);
    expect(server.refreshCalls).toBe(1);
  });

  it.each(rows)('%s, at page load', async (_, answer, why) => {
    const auth = openTab();
    server.answerRefresh = answer;
    const error = await failureOf(restore(auth));

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect((error as Error).message).toMatch(why);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState()).toEqual({ status: 'restoring' });
    await pass(999);
    expect(server.refreshCalls).toBe(1);
  });

  it('the message to a request names the request and the endpoint, without a query string', async () => {
    const auth = await adasTab(server, { refresh: `/auth/refresh?secret=${SECRET}` });
    server.expireAccessTokens();
    server.answerRefresh = () => json({}, { status: 500 });
    const error = await failureOf(auth.fetch(`${API}/orders?secret=${SECRET}`));

    expect((error as Error).message).toContain(`GET ${API}/orders: ${TOKEN_ENDPOINT} can't refresh`);
    expect(tracesOf(LEAK, error)).toEqual([]);
  });
});

describe('the auth server’s no ends the session', () => {
  const refusals: [string, () => Response][] = [
    ['400 invalid_grant', () => json({ error: 'invalid_grant', error_description: SECRET }, { status: 400 })],
    ['401', () => json({ detail: SECRET }, { status: 401 })],
    ['403', () => json({ detail: SECRET }, { status: 403 })],
    ['401, empty', () => new Response(null, { status: 401 })],
    ['401, plain text', () => new Response(SECRET, { status: 401, headers: { 'Content-Type': 'text/plain' } })],
  ];

  it.each(refusals)('%s: expired, told once, not asked again', async (_, answer) => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.answerRefresh = answer;
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(SessionExpiredError);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed', 'signed-out']);
    expect(events[0]?.detail).toMatchObject({ error: { code: 'session-expired', retryable: false } });
    expect(events[0]?.detail).toMatchObject({ error: { message: expect.stringContaining(TOKEN_ENDPOINT) } });
    expect(tracesOf(LEAK, [error, events])).toEqual([]);
    await pass(120_000, 1_000);
    expect(server.refreshCalls).toBe(1);
  });

  it.each(refusals)('%s at page load: nobody is signed in', async (_, answer) => {
    server.answerRefresh = answer;
    const auth = openTab();
    expect(await restore(auth)).toEqual({ status: 'signed-out', reason: 'no-session' });
  });
});

describe('the answer to a sign-in', () => {
  it.each(tokenless)('%s: SignInFailedError, nobody is signed in, nothing is quoted (P9)', async (_, answer, why) => {
    const auth = openTab();
    const events = record(auth);
    const request = vi.fn(async () => answer());
    const error = await failureOf(auth.signIn(request));

    expect(error).toBeInstanceOf(SignInFailedError);
    expect(error).toMatchObject({ code: 'sign-in-failed', retryable: false });
    expect((error as Error).message).toMatch(why);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(request).toHaveBeenCalledTimes(1);
    expect(auth.getState()).toEqual({ status: 'restoring' });
    expect(events).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['the bare token', SECRET],
    ['an axios response, with its body under data', { status: 200, headers: {}, data: { access_token: SECRET } }],
    ['an array', [SECRET]],
  ])('%s instead of an answer: SignInFailedError, nothing is quoted (P9)', async (_, junk) => {
    const auth = openTab();
    for (const attempt of [() => auth.signIn(async () => junk as object), () => auth.setSession(junk as object)]) {
      const error = await failureOf(attempt());
      expect(error).toBeInstanceOf(SignInFailedError);
      expect((error as Error).message).toMatch(/readTokens/);
      expect(tracesOf(LEAK, error)).toEqual([]);
    }
    expect(auth.getState().status).toBe('restoring');
  });

  it.each([
    [400, false],
    [401, false],
    [403, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('%i: SignInFailedError with the response unread; retryable: %s', async (status, retryable) => {
    const auth = openTab();
    const error = await auth
      .signIn(async () => json({ field: `wrong password ${SECRET}` }, { status }))
      .catch((error: unknown) => error);

    expect(error).toMatchObject({ code: 'sign-in-failed', retryable, message: expect.stringContaining(`${status}`) });
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(await (error as SignInFailedError).response?.json()).toEqual({ field: `wrong password ${SECRET}` });
    expect(server.refreshCalls).toBe(0);
  });

  it('what the request throws passes through unchanged, and the next sign-in works', async () => {
    const auth = openTab();
    const offline = new TypeError('Failed to fetch');
    await expect(auth.signIn(() => Promise.reject(offline))).rejects.toBe(offline);
    await auth.signIn(server.login('ada'));
    expect(auth.getState().status).toBe('signed-in');
  });

  it('an answer that breaks off signs nobody in', async () => {
    const auth = openTab();
    const error = await failureOf(auth.signIn(async () => brokenOff()));
    expect(error).toBeInstanceOf(Error);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('setSession gives up an answer whose body never ends', async () => {
    const auth = openTab({ refreshTimeout: 10_000 });
    const endless = new Response(new ReadableStream({}), { headers: { 'Content-Type': 'application/json' } });
    const given = failureOf(auth.setSession(endless));
    await pass(9_000, 1_000);
    expect(await standing(given)).toBe('pending');
    await pass(1_000);

    expect(await standing(given)).toBe('fulfilled');
    expect(await given).toBeInstanceOf(SignInFailedError);
    await auth.signIn(server.login('ada'));
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('an answer that ends too late signs nobody in', async () => {
    const auth = openTab({ refreshTimeout: 10_000 });
    let end = () => {};
    const late = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => {
          controller.enqueue(new TextEncoder().encode(JSON.stringify(server.signIn('ada'))));
          controller.close();
        };
      },
    });
    const given = failureOf(auth.setSession(new Response(late)));
    await pass(10_000, 1_000);
    expect(await standing(given)).toBe('fulfilled');
    end();
    await rest();

    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('a failed sign-in leaves the session of whoever is signed in alone', async () => {
    const auth = await adasTab(server);
    const state = auth.getState();
    await auth.signIn(async () => json({}, { status: 401 })).catch(() => {});
    await auth.signIn(async () => html(200)).catch(() => {});

    expect(auth.getState()).toBe(state);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a request that throws before it gives a promise fails like any other, and is over: later fetches restore again', async () => {
    const auth = openTab();
    const slip = new Error('no form');
    const request = () => {
      throw slip;
    };
    await expect(auth.signIn(request)).rejects.toBe(slip);

    server.signIn('ada');
    const orders = auth.fetch(`${API}/orders`);
    await pass(40);
    expect((await orders).status).toBe(200);
    expect(server.apiRequests).toHaveLength(1);
  });
});
