/** The refresh request: how `refresh` given as a URL, and `cookieRefresh`, call the token endpoint (P1, P4). */

import { type AuthClientOptions, ConfigurationError, cookieRefresh } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { HOUR } from '../given/durations.ts';
import { failureOf } from '../given/failures.ts';
import { API, type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { stopClocks } from '../world/clocks.ts';
import { setCookie } from '../world/page.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('the refresh request (P1, P4)', () => {
  /** Refreshes once through a fetch that notes what it was given. */
  async function sent(refresh: AuthClientOptions['refresh'] = '/auth/refresh') {
    const request = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init));
    const auth = await adasTab(server, { refresh, fetch: request });
    await auth.refresh();
    const [input, init] = request.mock.calls[0] ?? [];
    return { url: String(input), init, headers: new Headers(init?.headers), calls: request.mock.calls.length };
  }

  it('the refresh is a POST with cookies that outlives its page', async () => {
    const { url, init, headers, calls } = await sent();
    expect(url).toBe(TOKEN_ENDPOINT);
    expect(init).toMatchObject({
      method: 'POST',
      credentials: 'include',
      keepalive: true,
      cache: 'no-store',
      redirect: 'manual',
    });
    expect(init?.body).toBeUndefined();
    expect(headers.get('x-requested-with')).toBe('silent-refresh');
    expect(headers.get('accept')).toBe('application/json');
    expect(headers.has('authorization')).toBe(false);
    expect(calls).toBe(1);
  });

  it('the refresh takes its URL relative to the page, or as is', async () => {
    expect((await sent('auth/refresh')).url).toBe(TOKEN_ENDPOINT);
    expect((await sent(new URL(TOKEN_ENDPOINT))).url).toBe(TOKEN_ENDPOINT);
  });

  it('cookieRefresh changes method, headers and credentials, but not keepalive or no-store', async () => {
    const { init, headers } = await sent(
      cookieRefresh({
        url: '/auth/refresh',
        method: 'POST',
        headers: { 'X-Requested-With': 'XMLHttpRequest', 'X-Tenant': 'acme' },
        credentials: 'same-origin',
      }),
    );
    expect(init).toMatchObject({ credentials: 'same-origin', keepalive: true, cache: 'no-store', redirect: 'manual' });
    expect(headers.get('x-requested-with')).toBe('XMLHttpRequest');
    expect(headers.get('x-tenant')).toBe('acme');

    const request = vi.fn(async () => Response.json({ access_token: 'a' }));
    const auth = await adasTab(server, {
      refresh: cookieRefresh({ url: '/auth/refresh', method: 'PUT' }),
      fetch: request,
    });
    await auth.refresh();
    expect(request).toHaveBeenCalledWith(new URL(TOKEN_ENDPOINT), expect.objectContaining({ method: 'PUT' }));
  });

  it.each([
    ['no options', undefined],
    ['null', null],
    ['an address', '/auth/refresh'],
    ['no address', {}],
  ])('cookieRefresh says that its url is missing: %s', (_of, options) => {
    expect(() => cookieRefresh(options as never)).toThrow(
      new ConfigurationError('cookieRefresh: url is missing. Call cookieRefresh({ url }).'),
    );
  });

  it('the strategy says its method, so that requests of other methods to its address are the API’s', () => {
    expect(cookieRefresh({ url: '/auth/refresh' }).method).toBe('POST');
    expect(cookieRefresh({ url: '/auth/refresh', method: 'PUT' }).method).toBe('PUT');
  });

  it.each([
    ['alone', 'XSRF-TOKEN=abc', 'abc'],
    ['among others', 'a=1; XSRF-TOKEN=abc; b=2', 'abc'],
    ['beside one whose name ends like it', 'X-XSRF-TOKEN=wrong; XSRF-TOKEN=abc', 'abc'],
    ['beside one whose name begins like it', 'XSRF-TOKEN-OLD=wrong; XSRF-TOKEN=abc', 'abc'],
    ['URL-encoded, as Laravel’s', 'XSRF-TOKEN=eyJpdiI6IkE9PSJ9%3D%3D', 'eyJpdiI6IkE9PSJ9=='],
    ['with "=" in it', 'XSRF-TOKEN=abc==', 'abc=='],
    ['with a % that encodes nothing', 'XSRF-TOKEN=100%', '100%'],
  ])('a double-submit cookie goes into its header: %s', async (_, cookie, value) => {
    setCookie(cookie);
    const csrf = { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' };
    const { headers } = await sent(cookieRefresh({ url: '/auth/refresh', csrf }));
    expect(headers.get('x-xsrf-token')).toBe(value);
  });

  it('the double-submit cookie is read anew each time', async () => {
    const auth = await adasTab(server, {
      refresh: cookieRefresh({ url: '/auth/refresh', csrf: { cookie: 'c', header: 'X-C' } }),
    });
    for (const value of ['one', 'two']) {
      setCookie(`c=${value}`);
      await auth.refresh();
    }
    expect(server.refreshRequests.map(({ headers }) => headers.get('x-c'))).toEqual(['one', 'two']);
  });

  it('no caller’s abort reaches the refresh request', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const leave = new AbortController();
    const orders = failureOf(auth.fetch(`${API}/orders`, { signal: leave.signal }));
    await held.arrived;
    const token = auth.getAccessToken({ signal: leave.signal, minValidity: HOUR });
    const other = auth.fetch(`${API}/others`);
    leave.abort();

    expect(await orders).toMatchObject({ name: 'AbortError' });
    await token.catch(() => {});
    expect(server.refreshRequests[0]?.signal.aborted).toBe(false);
    held.release();
    expect((await other).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });
});
