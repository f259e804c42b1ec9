/** What `bodyRefresh` sends, to the kinds of server that take the refresh token in the body. */

import { type BodyRefreshOptions, bodyRefresh, ConfigurationError, cookieRefresh } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { openTab } from '../../world/tabs.ts';

const URL = 'https://id.test/token';
const OAUTH = { access_token: 'access-1', expires_in: 300, refresh_token: 'refresh-1' };

/** All requests of a life: a sign-in, a refresh, a sign-out. */
async function requestsOf(options: Partial<BodyRefreshOptions>, login: object = OAUTH) {
  const sent: { url: string; init: RequestInit; text: string }[] = [];
  const auth = openTab({
    refresh: bodyRefresh({ url: URL, ...options }),
    signOut: undefined,
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init, text: String(init.body) });
      return Response.json({ ...login, ...OAUTH, access_token: 'access-2', refresh_token: 'refresh-2' });
    },
  });
  await auth.setSession(login);
  await auth.refresh();
  const { serverConfirmed } = await auth.signOut();
  return { sent, serverConfirmed };
}

const headersOf = ({ init }: { init: RequestInit }) => Object.fromEntries(new Headers(init.headers));

describe('the refresh', () => {
  it('by default it is that of OAuth 2.0 (RFC 6749 §6)', async () => {
    const { sent } = await requestsOf({});

    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: URL,
      text: 'grant_type=refresh_token&refresh_token=refresh-1',
      init: { method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'manual' },
    });
    // Nobody would get the new refresh token of a page that has gone.
    expect(sent[0]?.init.keepalive).toBeFalsy();
    // The body is URLSearchParams: the browser sets the content type, and no preflight is needed.
    expect(sent[0]?.init.body).toBeInstanceOf(URLSearchParams);
    expect(headersOf(sent[0] as never)).toEqual({ accept: 'application/json' });
  });

  it('a public client says who it is, and more', async () => {
    const { sent } = await requestsOf({ clientId: 'spa', parameters: { scope: 'orders' } });

    expect(sent[0]?.text).toBe('grant_type=refresh_token&refresh_token=refresh-1&client_id=spa&scope=orders');
  });

  it.each<[string, Partial<BodyRefreshOptions>, object, object]>([
    [
      'POST /auth/refresh with {"refresh_token"}',
      { format: 'json', body: (refresh_token) => ({ refresh_token }) },
      OAUTH,
      { refresh_token: 'refresh-1' },
    ],
    [
      'Django SimpleJWT',
      { format: 'json', body: (refresh) => ({ refresh }) },
      { access: 'access-1', refresh: 'refresh-1' },
      { refresh: 'refresh-1' },
    ],
    [
      'a GraphQL mutation',
      { format: 'json', body: (refreshToken) => ({ query: 'mutation {…}', variables: { refreshToken } }) },
      { accessToken: 'access-1', refreshToken: 'refresh-1' },
      { query: 'mutation {…}', variables: { refreshToken: 'refresh-1' } },
    ],
    [
      'Directus',
      { format: 'json', body: (refresh_token) => ({ refresh_token, mode: 'json' }) },
      { data: { access_token: 'access-1', expires: 900_000, refresh_token: 'refresh-1' } },
      { refresh_token: 'refresh-1', mode: 'json' },
    ],
  ])('%s', async (_, options, login, body) => {
    const { sent } = await requestsOf({ url: URL, ...options }, login);

    expect(JSON.parse(sent[0]?.text ?? '')).toEqual(body);
    expect(headersOf(sent[0] as never)).toEqual({ accept: 'application/json', 'content-type': 'application/json' });
  });

  it('headers and credentials are the app’s', async () => {
    const { sent } = await requestsOf({ headers: { apikey: 'public' }, credentials: 'include' });

    expect(headersOf(sent[0] as never)).toMatchObject({ apikey: 'public' });
    expect(sent[0]?.init.credentials).toBe('include');
  });
});

describe('the revocation', () => {
  it('without an address there is none', async () => {
    const { sent, serverConfirmed } = await requestsOf({});

    expect(sent).toHaveLength(1);
    expect(serverConfirmed).toBe(false);
  });

  it('by an address it is that of RFC 7009, and outlives its page', async () => {
    const { sent, serverConfirmed } = await requestsOf({
      clientId: 'spa',
      parameters: { scope: 'orders' },
      revoke: 'https://id.test/revoke',
    });

    expect(sent[1]).toMatchObject({
      url: 'https://id.test/revoke',
      text: 'token=refresh-2&token_type_hint=refresh_token&client_id=spa',
      init: { method: 'POST', credentials: 'omit', keepalive: true, redirect: 'manual' },
    });
    expect(serverConfirmed).toBe(true);
  });

  it('Django SimpleJWT’s blacklist has a shape of its own', async () => {
    const { sent } = await requestsOf({
      revoke: { url: 'https://id.test/blacklist/', format: 'json', body: (refresh) => ({ refresh }) },
    });

    expect(JSON.parse(sent[1]?.text ?? '')).toEqual({ refresh: 'refresh-2' });
  });
});

describe('the answer', () => {
  it('a refresh token in the body is of no concern where a cookie holds it', async () => {
    const sent: RequestInit[] = [];
    const auth = openTab({
      refresh: cookieRefresh({ url: URL }),
      fetch: async (_, init = {}) => {
        sent.push(init);
        return Response.json(OAUTH);
      },
    });
    await auth.setSession(OAUTH);
    await auth.refresh();

    expect(JSON.stringify(sent)).not.toContain('refresh-1');
  });

  it('`readTokens` may find it in a shape of its own', async () => {
    const presented: string[] = [];
    const auth = openTab({
      refresh: bodyRefresh({ url: URL }),
      signOut: undefined,
      readTokens: (body) => {
        const { a, r } = body as { a: string; r: string };
        return { accessToken: a, refreshToken: r };
      },
      fetch: async (_, init) => {
        presented.push(String(init?.body));
        return Response.json({ a: 'access-2', r: 'refresh-2' });
      },
    });
    await auth.setSession({ a: 'access-1', r: 'refresh-1' });
    await auth.refresh();
    await auth.refresh();

    expect(presented.map((body) => new URLSearchParams(body).get('refresh_token'))).toEqual(['refresh-1', 'refresh-2']);
  });

  it('a DPoP token is refused here, too', async () => {
    const auth = openTab({ refresh: bodyRefresh({ url: URL }), signOut: undefined });

    const error = await failureOf(auth.setSession({ ...OAUTH, token_type: 'DPoP' }));
    expect(error).toMatchObject({ code: 'sign-in-failed', message: expect.stringContaining('DPoP') });
  });

  it('a sign-in without a refresh token says so when the access token has to be renewed', async () => {
    const sent: unknown[] = [];
    const auth = openTab({
      refresh: bodyRefresh({ url: URL }),
      signOut: undefined,
      fetch: async (input) => {
        sent.push(input);
        return Response.json(OAUTH);
      },
    });
    await auth.setSession({ access_token: 'access-1', expires_in: 300 });

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'session-expired' });
    expect(sent).toEqual([]);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });
});

describe('bad options', () => {
  it.each<[string, unknown, RegExp]>([
    ['an empty client id', { url: URL, clientId: '' }, /clientId is empty/],
    ['a revocation without an address', { url: URL, revoke: {} }, /revoke: url is missing/],
    ['one whose address is undefined', { url: URL, revoke: { url: undefined } }, /revoke: url is missing/],
    ['one that is true', { url: URL, revoke: true }, /revoke: url is missing/],
    ['one that is empty', { url: URL, revoke: '' }, /revoke: url is missing/],
    ['no options', undefined, /^bodyRefresh: url is missing/],
    ['null', null, /url is missing/],
    ['an address', URL, /url is missing/],
    ['no url', {}, /url is missing/],
    ['a misspelt option', { url: URL, clientID: 'spa' }, /no option 'clientID'. Did you mean 'clientId'/],
    ['a format that doesn’t exist', { url: URL, format: 'xml' }, /format is 'xml'/],
    ['a body that is no function', { url: URL, body: {} }, /body is no function/],
    ['a storage that is no function', { url: URL, storage: {} }, /storage is no function/],
    [
      'an address that others can read along',
      { url: 'http://id.test/token' },
      /http:\/\/id.test, where tokens can be read/,
    ],
    ['a revocation that others can read along', { url: URL, revoke: 'http://id.test/revoke' }, /revoke.*can be read/],
    [
      'a misspelt option of the revocation',
      { url: URL, revoke: { url: URL, from: 1 } },
      /revoke: there is no option 'from'/,
    ],
  ])('%s', (_, options, message) => {
    expect(() => bodyRefresh(options as never)).toThrow(ConfigurationError);
    expect(() => bodyRefresh(options as never)).toThrow(message);
  });

  it('signIn() without a request begins no session', async () => {
    const auth = openTab({ refresh: bodyRefresh({ url: URL }), signOut: undefined });

    expect(await failureOf(auth.signIn())).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('give the login request'),
    });
  });
});
