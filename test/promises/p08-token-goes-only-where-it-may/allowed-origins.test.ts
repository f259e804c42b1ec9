/** P8: the token goes to the page’s own origin and the listed ones; everywhere else `auth.fetch` is plain `fetch`. */

import { HttpResponse, http } from 'msw';
import { ConfigurationError, createAuthClient } from 'silent-refresh';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchedTab } from '../../given/watched-tab.ts';
import { API, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { network } from '../../world/network.ts';
import { setLocation } from '../../world/page.ts';
import { openTab } from '../../world/tabs.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('where the token goes (P8)', () => {
  it.for(['/api/orders', 'api', '', '?q=1', 'https://app.test/anything', '//app.test/x', 'https://APP.test:443/x'])(
    'the token goes to the page’s own origin: %j',
    async (url) => {
      const { bears } = await watchedTab({ allowedOrigins: undefined });
      expect(await bears(url)).toBe(true);
    },
  );

  it.each([
    ['a srcdoc frame', { origin: 'https://app.test', location: { origin: 'null' } }],
    ['a sandboxed frame', { origin: 'null', location: new URL('https://app.test/') }],
  ])('the token goes to the own origin of %s, and nowhere else', async (_, page) => {
    for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value);
    const { bears } = await watchedTab({ allowedOrigins: undefined });

    expect(await bears('https://app.test/api/orders')).toBe(true);
    expect(await bears('https://api.test/orders')).toBe(false);
  });

  it('a frame without any origin of its own gives the token to nobody', async () => {
    vi.stubGlobal('origin', 'null');
    vi.stubGlobal('location', { origin: 'null' });
    const { bears } = await watchedTab({ allowedOrigins: undefined });

    expect(await bears('https://app.test/api/orders')).toBe(false);
  });

  it.for([
    'https://api.test/',
    'https://api.test',
    '//api.test/x',
    'https://api.test:443/a/b?c',
    'https:\\\\api.test\\x',
  ])('the token goes to a listed origin: %s', async (url) => {
    const { bears } = await watchedTab({ allowedOrigins: [new URL(API)] });
    expect(await bears(url)).toBe(true);
    expect(await bears(new Request(new URL(url, document.baseURI)))).toBe(true);
  });

  it('the token goes to loopback over http where it is listed', async () => {
    const { bears } = await watchedTab({ allowedOrigins: ['http://localhost:3000', 'http://127.0.0.1:8080'] });
    expect(await bears('http://localhost:3000/x')).toBe(true);
    expect(await bears('http://127.0.0.1:8080/x')).toBe(true);
    expect(await bears('http://localhost:3001/x')).toBe(false);
  });

  it.for([
    'https://elsewhere.test/x',
    'https://api.test.evil.org/x',
    'https://api.test@evil.test/x',
    'https://api.test:pw@evil.test/x',
    'https://api.test%40evil.test/x',
    'https://evil.test/https://api.test/x',
    'https://evil.test/?https://api.test/',
    'https://evil.test/#@api.test/',
    'https://evil.test\\@api.test/x',
    'https://notapi.test/x',
    'https://sub.api.test/x',
    'https://api.test./x',
    'https://api.test:8443/x',
    'http://api.test/x',
    'http://app.test/x',
    'https://app.test:444/x',
    '//evil.test/x',
    '\\\\evil.test/x',
    '/\\evil.test/x',
    '\t//evil.test/x',
    'ht\ntps://evil.test/x',
    'data:text/plain,x',
    'blob:https://app.test/0b7e',
    'blob:https://api.test/0b7e',
    'file:///etc/x',
    'app://api.test/x',
  ])('the token goes nowhere else, however alike it looks: %j', async (url) => {
    const { bears, sent } = await watchedTab({}, () => new Response('', { status: 401 }));

    await bears(url).catch((error: unknown) => expect(error).toBeInstanceOf(TypeError));

    // Neither the token, nor a refresh, nor a replay.
    for (const { authorization } of sent) expect(authorization).toBe(null);
    expect(sent.length).toBeLessThan(2);
  });

  it('plain fetch gets the caller’s very own input and init', async () => {
    const server = startAuthServer();
    const calls: unknown[][] = [];
    const refusal = new Response('', { status: 401 });
    const auth = openTab({
      fetch: async (...call) => {
        calls.push(call);
        return refusal;
      },
    });
    await auth.setSession(server.signIn('ada'));
    const init = { method: 'PUT', body: new FormData() };

    expect(await auth.fetch('https://elsewhere.test/x', init)).toBe(refusal);

    expect(calls).toHaveLength(1);
    expect(calls[0]?.[0]).toBe('https://elsewhere.test/x');
    expect(calls[0]?.[1]).toBe(init);
    expect(server.refreshCalls).toBe(0);
  });

  it('a request elsewhere waits for no restore and no refresh', async () => {
    const server = startAuthServer();
    const auth = openTab();
    network.use(http.get('https://elsewhere.test/', () => HttpResponse.text('public')));

    expect(await (await auth.fetch('https://elsewhere.test/')).text()).toBe('public');

    expect(server.refreshCalls).toBe(0);
    expect(auth.getState().status).toBe('restoring');
  });
});

describe('a listed path (P8)', () => {
  const allowedOrigins = ['https://api.test/v1', 'https://files.test/team/a/'];

  it.for([
    'https://api.test/v1',
    'https://api.test/v1/',
    'https://api.test/v1?x',
    'https://api.test/v1/orders/7',
    'https://api.test/v1/a%20b',
    'https://api.test/v1/a%2fb',
    'https://api.test/v1/a%2Fb%2Fc',
    'https://api.test/v1/a%252fb',
    'https://api.test/v1/50%25',
    'https://api.test/v1/50%25%20off',
    'https://api.test/v1/%e2%82%ac',
    'https://api.test/v1/gr%C3%BC%C3%9Fe',
    'https://api.test/v1/a%2f..%2fb',
    'https://api.test/v1/a;v=1/b;w=2',
    'https://api.test/v1/;v=1',
    'https://api.test/v1/a..b/...',
    'https://api.test/v1/a/..;/b',
    'https://api.test/v1/%25',
    'https://api.test/v1/tags/C%23',
    'https://api.test/v1/why%3f/a',
    'https://api.test/v1/a%0ab',
    'https://api.test/v1/%25e2%2582%25ac',
    // "20%de descuento", as a search for it is encoded.
    'https://api.test/v1/20%25de%20descuento',
    'https://api.test/v1/ab%25cd.pdf',
    'https://api.test/v2/../v1/x',
    'https://files.test/team/a',
    'https://files.test/team/a/b',
  ])('a listed path covers what is below it: %s', async (url) => {
    const { bears } = await watchedTab({ allowedOrigins });
    expect(await bears(url)).toBe(true);
  });

  it.for([
    'https://api.test/',
    'https://api.test/v10',
    'https://api.test/v1.evil',
    'https://api.test/V1/x',
    'https://api.test/v2/v1/x',
    'https://api.test/v1/../v2',
    'https://api.test/v1/%2e%2e/v2',
    'https://api.test/v1/..%2fv2',
    'https://api.test/v1/..%2Fv2',
    'https://api.test/v1/..%5cv2',
    'https://api.test/v1\\..\\v2',
    'https://api.test/v1%2f..%2fv2',
    'https://api.test/v1;/x',
    'https://api.test/v1/..;/v2',
    'https://api.test/v1/..;a=b/v2',
    'https://api.test/v1/..;/..;/admin',
    'https://api.test/v1/a/..;/..;/v2',
    'https://api.test/v1/.;/..;/v2',
    'https://api.test/v1/;a/..;/..;/v2',
    // Many servers make one slash of two, before they go up.
    'https://api.test/v1//..;/v2',
    'https://api.test/v1/..;',
    'https://api.test/v1/%2e%2e;/v2',
    'https://api.test/v1/%2e.;/v2',
    'https://api.test/v1/..%3b/v2',
    'https://api.test/v1/..%3B%2fv2',
    'https://api.test/v1/..%253b/v2',
    'https://api.test/v1/..;%2fv2',
    'https://api.test/v1/..%252fv2',
    'https://api.test/v1/..%252Fv2',
    'https://api.test/v1/..%25252fv2',
    'https://api.test/v1/..%2525252fv2',
    'https://api.test/v1/..%255cv2',
    'https://api.test/v1/%252e%252e/v2',
    'https://api.test/v1/%252e%252e%252fv2',
    'https://api.test/v1/%25252e%25252e/v2',
    'https://api.test/v1/%25%32%65%25%32%65/v2',
    'https://api.test/v1/a%2f..%2f..%2fv2',
    'https://api.test/v1/a%2f%2f..%2f..%2fv2',
    'https://api.test/v1/50%25/..;/..;/v2',
    'https://api.test/v1/50%25/..%252f..%252fv2',
    'https://api.test/v1/..%252fv2/50%25',
    'https://api.test/v1/50%',
    'https://api.test/v1/%zz',
    'https://api.test/v1/%c0%ae%c0%ae/v2',
    'https://api.test/v1/%ff',
    'https://api.test/v1/%25c0%25ae%25c0%25ae/v2',
    'https://api.test/v1/..%25c0%25afv2',
    'https://api.test/v1/..%25e0%2580%25afv2',
    'https://api.test/v1/..%25f0%2580%2580%25afv2',
    'https://api.test/v1/..%2525C0%2525AFv2',
    // A server that parses as a URL what it has decoded drops tabs and line breaks, and ends the path at "?" and "#".
    'https://api.test/v1/.%09./v2',
    'https://api.test/v1/.%0a./v2',
    'https://api.test/v1/..%0d/v2',
    'https://api.test/v1/.%2509./v2',
    'https://api.test/v%091/x',
    'https://api.test/v1/..%3f/x',
    'https://api.test/v1/..%23/x',
    'https://api.test/v1/..%3f/v1/x',
    'https://api.test/v1/..;%253f/v1/x',
    'https://files.test/team/ab',
    'https://files.test/team',
    'https://app.test.evil.org/v1/x',
  ])('a listed path doesn’t cover what may lie beyond it: %s', async (url) => {
    const { bears } = await watchedTab({ allowedOrigins });
    expect(await bears(url)).toBe(false);
  });

  it('any path is fine where the whole origin is listed', async () => {
    const { bears } = await watchedTab({ allowedOrigins: [API] });
    for (const path of ['files/a%2Fb', 'a/..;/b', '%252e%252e/b', '50%']) {
      expect(await bears(`${API}/${path}`)).toBe(true);
    }
  });

  it.for(['/api/..;/admin', '/api/..%252fadmin', '/api/%252e%252e/admin'])(
    'the page’s own origin narrowed to /api keeps the token from %s',
    async (url) => {
      const { bears } = await watchedTab({ allowedOrigins: ['/api'] });
      expect(await bears(url)).toBe(false);
      expect(await bears('/api/orders')).toBe(true);
    },
  );

  it('a listed path narrows the page’s own origin to it', async () => {
    const { bears } = await watchedTab({ allowedOrigins: ['/api', API] });
    expect(await bears('/api/orders')).toBe(true);
    expect(await bears('/static/app.js')).toBe(false);
    expect(await bears('/apis')).toBe(false);
    expect(await bears(`${API}/x`)).toBe(true);
  });

  it('a listed path elsewhere leaves the page’s own origin as is', async () => {
    const { bears } = await watchedTab({ allowedOrigins });
    expect(await bears('/anything')).toBe(true);
  });
});

describe('what can’t be listed (P8)', () => {
  it.for(['http://api.test', 'ftp://api.test', 'data:text/plain,x', 'blob:https://app.test/1', '//', 'https://'])(
    'an entry that can’t be listed is refused: %s',
    (entry) => {
      expect(() => createAuthClient({ refresh: '/auth/refresh', allowedOrigins: [entry] })).toThrow(ConfigurationError);
    },
  );

  it.for(['file:///app/index.html', 'app://localhost/index.html'])(
    'a page without a web origin works with absolute URLs: %s',
    async (page) => {
      setLocation(page);
      const { bears } = await watchedTab({ refresh: TOKEN_ENDPOINT, signOut: undefined, allowedOrigins: [API] });
      expect(await bears(`${API}/orders`)).toBe(true);
      expect(await bears('other.html')).toBe(false);
      expect(await bears('data:text/plain,x')).toBe(false);
      expect(await bears('file:///etc/x')).toBe(false);
    },
  );
});
