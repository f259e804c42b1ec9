/** What is sent to the auth server's endpoints: where to, with which headers, and what an answer from elsewhere means. */

import { type AuthClient, type AuthClientOptions, cookieRefresh, RefreshUnavailableError } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab, adasTwoTabs } from '../given/ada.ts';
import { failureOf } from '../given/failures.ts';
import { type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { passUntil, stopClocks } from '../world/clocks.ts';
import { setBase, setCookie } from '../world/page.ts';
import { openTab } from '../world/tabs.ts';
import { rest } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

interface Sent {
  readonly url: string;
  readonly init: RequestInit | undefined;
}

/** A tab where Ada is signed in, and what it sends. */
async function watched(options: Partial<AuthClientOptions>): Promise<{ auth: AuthClient; sent: Sent[] }> {
  const sent: Sent[] = [];
  const auth = openTab({
    fetch: (input, init) => {
      sent.push({ url: String(input), init });
      return fetch(input, init);
    },
    ...options,
  });
  await auth.signIn(server.login('ada'));
  return { auth, sent };
}

describe('where an auth request goes', () => {
  const LOGOUT = 'https://app.test/auth/logout';
  const pushState = () => setBase('https://app.test/shop/orders/17');

  it.each<[string, () => Partial<AuthClientOptions>]>([
    ['a URL', () => ({ refresh: 'auth/refresh' })],
    ['cookieRefresh', () => ({ refresh: cookieRefresh({ url: 'auth/refresh' }) })],
  ])('a relative token endpoint is fixed when the client is made: %s', async (_, options) => {
    const { auth, sent } = await watched(options());
    pushState();
    await auth.refresh().catch(() => {});

    expect(sent.map(({ url }) => url)).toEqual([TOKEN_ENDPOINT]);
  });

  it('a relative token endpoint is fixed when the strategy is made', async () => {
    const refresh = cookieRefresh({ url: 'auth/refresh' });
    pushState();
    const { auth, sent } = await watched({ refresh });
    await auth.refresh().catch(() => {});

    expect(sent.map(({ url }) => url)).toEqual([TOKEN_ENDPOINT]);
  });

  it.each<[string, NonNullable<AuthClientOptions['signOut']>]>([
    ['a URL', 'auth/logout'],
    ['with options', { url: 'auth/logout' }],
  ])('a relative sign-out endpoint is fixed when the client is made: %s', async (_, signOut) => {
    const { auth, sent } = await watched({ signOut });
    pushState();

    await auth.signOut();
    expect(sent.map(({ url }) => url)).toEqual([LOGOUT]);
  });

  it('a fixed endpoint gets no token and causes no refresh', async () => {
    const { auth } = await watched({ refresh: 'auth/refresh' });
    pushState();
    server.answerRefresh = () => Response.json({}, { status: 401 });
    expect((await auth.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);

    expect(server.refreshRequests.map(({ headers }) => headers.get('authorization'))).toEqual([null]);
  });
});

describe('the headers of an auth request', () => {
  const requests = [
    [
      'a refresh',
      async (options: object) => {
        const { auth } = await watched({ refresh: cookieRefresh({ url: '/auth/refresh', ...options }) });
        await auth.refresh();
        return server.refreshRequests[0]?.headers;
      },
    ],
    [
      'a sign-out',
      async (options: object) => {
        const { auth } = await watched({ signOut: { url: '/auth/logout', ...options } });
        await auth.signOut();
        return server.logoutRequests[0]?.headers;
      },
    ],
  ] as const;

  describe.each(requests)('of %s', (_, headersSent) => {
    it.each(['x-requested-with', 'X-REQUESTED-WITH', 'X-Requested-With'])(
      'the caller’s `%s` replaces the built-in value',
      async (name) => {
        const headers = await headersSent({ headers: { [name]: 'XMLHttpRequest' } });
        expect(headers?.get('x-requested-with')).toBe('XMLHttpRequest');
      },
    );

    it.each(['X-Requested-With', 'x-requested-with'])('%s is left out where it is undefined', async (name) => {
      const headers = await headersSent({ headers: { [name]: undefined } });
      expect(headers?.has('x-requested-with')).toBe(false);
    });

    it('the caller’s `accept` replaces the built-in value', async () => {
      const headers = await headersSent({ headers: { accept: 'application/vnd.acme+json' } });
      expect(headers?.get('accept')).toBe('application/vnd.acme+json');
    });

    it('the caller’s value of the CSRF header replaces the cookie’s', async () => {
      setCookie('XSRF-TOKEN=cookie');
      const csrf = { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' };
      const headers = await headersSent({ csrf, headers: { 'x-xsrf-token': 'mine' } });
      expect(headers?.get('x-xsrf-token')).toBe('mine');
    });

    it('a CSRF header may take the place of a built-in one', async () => {
      setCookie('csrf=cookie');
      const headers = await headersSent({ csrf: { cookie: 'csrf', header: 'x-requested-with' } });
      expect(headers?.get('x-requested-with')).toBe('cookie');
    });

    it.each([
      ['is missing', 'theme=dark'],
      ['is empty', 'XSRF-TOKEN=; theme=dark'],
    ])('no CSRF header is sent where its cookie %s', async (_, cookie) => {
      setCookie(cookie);
      const headers = await headersSent({ csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' } });
      expect(headers?.has('x-xsrf-token')).toBe(false);
      expect(headers?.get('x-requested-with')).toBe('silent-refresh');
    });

    it('no CSRF header is sent where there is no document, as in a worker', async () => {
      Object.assign(globalThis, { document: undefined });
      const headers = await headersSent({ csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' } });
      expect(headers?.has('x-xsrf-token')).toBe(false);
    });
  });
});

describe('a server that refuses a request without its CSRF token', () => {
  const csrf = { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' };
  const refresh = cookieRefresh({ url: '/auth/refresh', csrf });
  beforeEach(() => {
    server.answerRefresh = ({ headers }) =>
      Response.json(
        { message: 'CSRF token mismatch.' },
        { status: headers.get('x-xsrf-token') === 'good' ? 401 : 403 },
      );
  });

  it('a refused refresh without its CSRF cookie signs nobody out', async () => {
    const tabs = await adasTwoTabs(server, { refresh });
    const error = await failureOf(tabs[0].refresh());
    await rest();

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('XSRF-TOKEN') });
    for (const tab of tabs) expect(tab.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('a refresh works again once its CSRF cookie is there', async () => {
    const auth = await adasTab(server, { refresh });
    await failureOf(auth.refresh());
    setCookie('XSRF-TOKEN=good');
    server.answerRefresh = undefined;

    expect(await passUntil(auth.refresh())).toMatchObject({ status: 'signed-in' });
  });

  it('a visitor without a CSRF cookie is nobody, without a failure', async () => {
    const auth = openTab({ refresh });
    const failures: unknown[] = [];
    auth.on('refresh-failed', ({ error }) => failures.push(error));

    expect(await passUntil(auth.restore(), 10)).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(failures).toEqual([]);
  });

  it('a 403 that speaks of CSRF signs nobody out, though the cookie was there', async () => {
    setCookie('XSRF-TOKEN=stale');
    const auth = await adasTab(server, { refresh });

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'refresh-unavailable', retryable: false });
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it.each([400, 403, 419])(
    'a %i that says nothing of CSRF signs nobody out where the cookie is missing',
    async (status) => {
      server.answerRefresh = () => Response.json({ message: 'No.' }, { status });
      const auth = await adasTab(server, { refresh });

      expect(await failureOf(auth.refresh())).toMatchObject({ code: 'refresh-unavailable', retryable: false });
      expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    },
  );

  it('OAuth’s own word ends the session, though the CSRF cookie is missing', async () => {
    server.answerRefresh = () => Response.json({ error: 'invalid_grant' }, { status: 400 });
    const auth = await adasTab(server, { refresh });

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'session-expired' });
  });

  it('a 403 that says nothing of CSRF ends the session where the cookie was there', async () => {
    setCookie('XSRF-TOKEN=good');
    server.answerRefresh = () => Response.json({ message: 'Forbidden' }, { status: 403 });
    const auth = await adasTab(server, { refresh });

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'session-expired' });
  });

  it('a 401 ends the session, though the CSRF cookie is missing', async () => {
    server.answerRefresh = () => Response.json({}, { status: 401 });
    const auth = await adasTab(server, { refresh });

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'session-expired' });
  });
});

describe('a refresh that is answered by a redirect', () => {
  /** As browsers show a redirect that isn't followed: https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect */
  const opaqueRedirect = () =>
    Object.defineProperties(new Response(null), {
      type: { value: 'opaqueredirect' },
      status: { value: 0 },
      ok: { value: false },
    });

  it.each<[string, () => Response]>([
    ['as browsers show it', opaqueRedirect],
    ['as Node shows it', () => Response.redirect('https://app.test/login', 302)],
  ])('a redirected refresh says so and signs nobody out, %s', async (_, answer) => {
    const { auth } = await watched({ fetch: async () => answer() });
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect((error as Error).message).toMatch(/redirected.*`?refresh`?\b/);
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('a redirected refresh isn’t followed: `redirect` is `manual`', async () => {
    const { auth, sent } = await watched({});
    await auth.refresh();
    expect(sent[0]?.init).toMatchObject({ redirect: 'manual' });
  });

  it('a sign-out that is redirected isn’t confirmed', async () => {
    const { auth } = await watched({ fetch: async () => opaqueRedirect() });
    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
  });
});

it('a ConfigurationError of another copy of the package counts as a refused request', async () => {
  const brand = Symbol.for('silent-refresh.error');
  const foreign = Object.assign(new Error('no CSRF cookie'), { code: 'configuration', [brand]: true });
  const auth = openTab({
    refresh: async () => {
      throw foreign;
    },
  });

  expect(await passUntil(auth.restore(), 10)).toEqual({ status: 'signed-out', reason: 'no-session' });
});
