/** Token responses that are understood: as they come, and by `readTokens`. */

import { type AuthClientOptions, RefreshUnavailableError } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { bearer, json, LEAK, NOW, oneHour, restore, SECRET, text } from '../../given/secret-answers.ts';
import { API, type AuthServer, jwt, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openTab } from '../../world/tabs.ts';
import { tracesOf } from '../../world/traces.ts';

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
    ['expires_in in words, a JWT', oneHour, { access_token: oneHour, expires_in: '15m' }, 3_600_000],
    ['expires_in: null, a JWT', oneHour, { access_token: oneHour, expires_in: null }, 3_600_000],
    ...[null, '', 0, undefined].map((exp): [string, string, object, number] => [
      `a JWT whose exp is ${JSON.stringify(exp)} says nothing`,
      jwt({ sub: 'ada', iat: NOW, exp }),
      { access_token: jwt({ sub: 'ada', iat: NOW, exp }), expires_in: 300 },
      300_000,
    ]),
    ['expires_in of a century', 'abc', { access_token: 'abc', expires_in: 3_155_760_000 }, 3_155_760_000_000],
  ])('an answer is understood without configuration: %s', async (_, token, body, lifetime) => {
    const seen = await restoreWith(() => json(body));

    expect(seen.state.status).toBe('signed-in');
    expect(seen.lifetime).toBe(lifetime);
    expect(seen.authorization).toBe(`Bearer ${token}`);
    await pass(1_000);
    expect(server.refreshCalls).toBe(1);
  });

  it('only a JWT’s claims and subject are in the state', async () => {
    const known = await restoreWith(() => json({ access: bearer({ iat: NOW, exp: NOW + 60, role: 'admin' }) }));
    expect(known.state).toMatchObject({ subject: 'ada', claims: { sub: 'ada', role: 'admin' } });

    const unknown = await restoreWith(() => json({ access: 'opaque' }));
    expect(unknown.state).toMatchObject({ status: 'signed-in', subject: undefined, claims: undefined });
  });

  it('a subject that is neither a string nor a number is none', async () => {
    const { state } = await restoreWith(() => json({ access: jwt({ sub: ['ada'] }) }));
    expect(state).toMatchObject({ status: 'signed-in', subject: undefined, claims: { sub: ['ada'] } });
  });

  it.each<[string, object]>([
    ['token, no JWT', { token: SECRET }],
    ['jwt, no JWT', { jwt: SECRET }],
    ['data.token, no JWT', { data: { token: SECRET } }],
    ['a response of axios', { status: 200, headers: {}, data: { access_token: SECRET } }],
    ['user.accessToken', { user: { accessToken: SECRET } }],
  ])('what may be something else is no token: %s', async (_, body) => {
    const auth = openTab();
    server.answerRefresh = () => json(body);
    const error = await failureOf(restore(auth));

    expect(error).toMatchObject({ message: expect.stringMatching(/no access token.*readTokens/) });
    expect(tracesOf(LEAK, error)).toEqual([]);
  });

  it('readTokens may take a token whose type isn’t Bearer', async () => {
    const readTokens = (body: unknown) => ({ accessToken: (body as { access_token: string }).access_token });
    const { state } = await restoreWith(() => json({ access_token: 'abc', token_type: 'jwt' }), { readTokens });
    expect(state.status).toBe('signed-in');
  });

  it.each([
    ['bearer', undefined],
    ['BEARER', undefined],
    ['DPoP', /token_type.*DPoP.*RFC 9449/],
    ['mac', /token_type.*no bearer token/],
  ])('token_type %s is compared without regard to case', async (token_type, refusal) => {
    const auth = openTab();
    server.answerRefresh = () => json({ access_token: 'abc', token_type });
    const outcome = await restore(auth).catch((error: Error) => error);

    if (refusal) expect(outcome).toMatchObject({ retryable: false, message: expect.stringMatching(refusal) });
    else expect(outcome).toMatchObject({ status: 'signed-in' });
  });

  it('JSON is JSON, whatever its Content-Type says', async () => {
    const { state } = await restoreWith(() => text('{"access_token":"abc"}', 'text/plain'));
    expect(state.status).toBe('signed-in');
  });

  it('the server’s Date header says what is left of a JWT’s life', async () => {
    const aWhileLater = { Date: new Date((NOW + 600) * 1_000).toUTCString() };
    const { lifetime } = await restoreWith(() => json({ access: oneHour }, { headers: aWhileLater }));
    expect(lifetime).toBe(3_000_000);
  });
});

describe('readTokens reads the other shapes', () => {
  it('readTokens gets the parsed body and the Response', async () => {
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

  it.each([null, undefined])('there is no lifetime where readTokens finds %s', async (expiresIn) => {
    const readTokens = () => ({ accessToken: 'abc', expiresIn });
    const { state, lifetime } = await restoreWith(() => json({}), { readTokens });
    expect(state.status).toBe('signed-in');
    expect(lifetime).toBeUndefined();
  });

  it('readTokens gets no Response where the answer is parsed JSON', async () => {
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
  ])('the session is kept, and nothing quoted, where readTokens %s', async (_, readTokens) => {
    const auth = openTab({ readTokens });
    server.answerRefresh = () => json({ data: SECRET });
    const error = await failureOf(restore(auth));

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState().status).toBe('restoring');
  });
});
