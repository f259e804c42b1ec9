/** What the routes of docs/server refuse, and how their cookie and answers look. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHono } from './hono.ts';

let server: Awaited<ReturnType<typeof startHono>>;

beforeEach(async () => {
  server = await startHono();
});
afterEach(() => server.close());

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const HEADER = { 'X-Requested-With': 'silent-refresh' };

const post = (path: string, headers: Record<string, string>, body: object = {}) =>
  fetch(`${server.url}/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });

const logIn = (password = 'secret', headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
  post('login', headers, { user: 'ada', password });

async function adasCookie(): Promise<string> {
  const [cookie = ''] = (await logIn()).headers.getSetCookie();
  return cookie.split(';')[0] ?? '';
}

describe('a login', () => {
  it('gives the refresh token in a cookie that no script sees, and the access token in the answer', async () => {
    const response = await logIn();
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^eyJ/),
      token_type: 'Bearer',
      expires_in: 300,
    });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Secure-refresh_token=[\w.-]+; Max-Age=86400; Path=\/auth; HttpOnly; Secure; SameSite=Strict$/,
      ),
      expect.stringMatching(/^has_session=[\w-]+\.[\w-]+; Max-Age=86400; Path=\/; Secure; SameSite=Lax$/),
    ]);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  it('with the wrong password begins nothing', async () => {
    const response = await logIn('wrong');
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(server.sessions()).toBe(0);
  });

  it.each([FORM, { 'Content-Type': 'text/plain' }])('from a form of another site begins nothing: %j', async (type) => {
    expect((await logIn('secret', type)).status).toBe(415);
    expect(server.sessions()).toBe(0);
  });
});

it.each(['refresh', 'logout'])('a form of another site can’t send a %s', async (path) => {
  const Cookie = await adasCookie();
  expect((await post(path, { ...FORM, Cookie })).status).toBe(403);
  // The cookie is as good as before.
  expect((await post('refresh', { ...HEADER, Cookie })).status).toBe(200);
});

it('the hint cookie names the session, and each of its refresh tokens, but is no part of one', async () => {
  const valuesOf = (response: Response) =>
    response.headers.getSetCookie().map((cookie) => /=([^;]*)/.exec(cookie)?.[1] ?? '');
  const [token = '', hint = ''] = valuesOf(await logIn());
  const refreshed = await post('refresh', { ...HEADER, Cookie: `__Secure-refresh_token=${token}` });
  const [nextToken = '', nextHint = ''] = valuesOf(refreshed);
  const [again = '', sameHint = ''] = valuesOf(
    await post('refresh', { ...HEADER, Cookie: `__Secure-refresh_token=${token}` }),
  );
  const [, other = ''] = valuesOf(await logIn());
  const sessionOf = (value: string) => value.split('.')[0];
  expect(sessionOf(nextHint)).toBe(sessionOf(hint));
  expect(nextHint).not.toBe(hint);
  expect([again, sameHint]).toEqual([nextToken, nextHint]);
  expect(sessionOf(other)).not.toBe(sessionOf(hint));
  for (const part of [...hint.split('.'), ...nextHint.split('.')]) expect(token + nextToken).not.toContain(part);
});

it('a refresh without a session is answered 401', async () => {
  const response = await post('refresh', HEADER);
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({ error: 'invalid_grant' });
});

it('a sign-out takes the cookie away with the attributes that it has', async () => {
  const Cookie = await adasCookie();
  const response = await post('logout', { ...HEADER, Cookie });
  expect(response.status).toBe(204);
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Secure-refresh_token=; Max-Age=0; Path=\/auth; HttpOnly; Secure; SameSite=Strict$/),
    expect.stringMatching(/^has_session=; Max-Age=0; Path=\/; Secure; SameSite=Lax$/),
  ]);
  expect(server.sessions()).toBe(0);
});

it('the log has no token', async () => {
  const Cookie = await adasCookie();
  await post('refresh', { ...HEADER, Cookie });
  await post('refresh', { Cookie });
  await post('logout', { ...HEADER, Cookie });
  expect(server.log).toMatchObject([
    { outcome: 'signed-in', user: 'ada' },
    { outcome: 'rotated', user: 'ada' },
    { outcome: 'no-header' },
    { outcome: 'revoked' },
  ]);
  expect(JSON.stringify(server.log)).not.toMatch(/[\w-]{20,}/);
});
