/** What the options become: defaults, names that tabs share, and which requests bear a token. */

import { type AuthClientOptions, bodyRefresh, ConfigurationError, cookieRefresh } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { checkOptions } from '../../src/client-options.ts';
import { memoryStorage } from '../given/memory-storage.ts';

const ENDPOINT = 'https://app.test/auth/refresh';

const settingsOf = (options: Partial<AuthClientOptions> = {}) => checkOptions({ refresh: '/auth/refresh', ...options });

const refusalOf = (options: unknown) => {
  try {
    checkOptions(options as AuthClientOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  return undefined;
};

it('without any other option', () => {
  expect(settingsOf()).toMatchObject({
    tokenEndpoint: { address: ENDPOINT, label: ENDPOINT, holdsRefreshToken: false },
    signOut: undefined,
    hintCookie: undefined,
    tokenScope: {
      allowed: [],
      authEndpoints: [{ origin: 'https://app.test', pathname: '/auth/refresh', search: '', method: 'POST' }],
    },
    tabs: {
      name: `silent-refresh:default ${ENDPOINT}`,
      lockNames: ['silent-refresh:default', `silent-refresh:${ENDPOINT}`],
      isShared: true,
    },
    refreshAhead: 30_000,
    deadlines: { caller: 10_000, request: 30_000 },
    shouldRefresh: undefined,
    log: undefined,
  });
  expect(Object.isFrozen(settingsOf())).toBe(true);
});

describe('tabs share', () => {
  it('what has their name', () => {
    expect(settingsOf({ name: 'shop' }).tabs).toEqual({
      name: `silent-refresh:shop ${ENDPOINT}`,
      lockNames: ['silent-refresh:shop', `silent-refresh:${ENDPOINT}`],
      isShared: true,
    });
  });

  it('no tokens with an app whose endpoint has another query, but turns', () => {
    expect(settingsOf({ refresh: '/auth/refresh?tenant=1' }).tabs).toMatchObject({
      name: `silent-refresh:default ${ENDPOINT}?tenant=1`,
      lockNames: ['silent-refresh:default', `silent-refresh:${ENDPOINT}`],
    });
  });

  it('no tokens with an app of another client id, but turns', () => {
    expect(settingsOf({ refresh: bodyRefresh({ url: ENDPOINT, clientId: 'spa' }) }).tabs).toMatchObject({
      name: `silent-refresh:default ${ENDPOINT} spa`,
      lockNames: ['silent-refresh:default', `silent-refresh:${ENDPOINT}`],
    });
  });

  it('turns once, where a function refreshes', () => {
    const { tabs, tokenEndpoint } = settingsOf({ refresh: async () => new Response() });

    expect(tabs).toMatchObject({ name: 'silent-refresh:default', lockNames: ['silent-refresh:default'] });
    expect(tokenEndpoint).toMatchObject({ address: undefined, label: 'The refresh function' });
  });

  it('nothing, where they are told so', () => {
    expect(settingsOf({ tabs: false }).tabs.isShared).toBe(false);
  });
});

describe('no token bear', () => {
  const endpointsOf = (options: Partial<AuthClientOptions>) => settingsOf(options).tokenScope.authEndpoints;

  it('requests to the auth endpoints, by their methods', () => {
    expect(endpointsOf({ refresh: cookieRefresh({ url: ENDPOINT, method: 'GET' }), signOut: '/auth/logout' })).toEqual([
      { origin: 'https://app.test', pathname: '/auth/refresh', search: '', method: 'GET' },
      { origin: 'https://app.test', pathname: '/auth/logout', search: '', method: 'POST' },
    ]);
    expect(endpointsOf({ signOut: { url: '/session', method: 'DELETE' } })[1]).toMatchObject({ method: 'DELETE' });
  });

  it('requests to the sign-out alone, where the refresh token is in the body', () => {
    expect(endpointsOf({ refresh: bodyRefresh({ url: '/graphql' }), signOut: '/auth/logout' })).toEqual([
      { origin: 'https://app.test', pathname: '/auth/logout', search: '', method: 'POST' },
    ]);
  });
});

it('allowed origins are places', () => {
  expect(settingsOf({ allowedOrigins: ['https://api.test', '/api', '//cdn.test/x'] }).tokenScope.allowed).toEqual([
    { origin: 'https://api.test', pathname: '/', search: '' },
    { origin: 'https://app.test', pathname: '/api', search: '' },
    { origin: 'https://cdn.test', pathname: '/x', search: '' },
  ]);
});

describe('requests are sent by', () => {
  it('the option `fetch`', async () => {
    const own = vi.fn(async () => new Response());
    await settingsOf({ fetch: own }).fetch('/orders', { method: 'PUT' });

    expect(own.mock.calls).toEqual([['/orders', { method: 'PUT' }]]);
  });

  it('the `fetch` that the page has then, in place of which a tool may have put its own', async () => {
    const { fetch } = settingsOf();
    const replaced = vi.fn(async () => new Response());
    vi.stubGlobal('fetch', replaced);
    await fetch('/orders');
    vi.unstubAllGlobals();

    expect(replaced.mock.calls).toEqual([['/orders', undefined]]);
  });
});

describe('the option `debug`', () => {
  it('true writes to the console', () => {
    const written = vi.spyOn(console, 'debug').mockImplementation(() => {});
    const entry = { at: 0, what: 'disposed' } as const;
    settingsOf({ debug: true }).log?.(entry);

    expect(written.mock.calls).toEqual([['silent-refresh:', entry]]);
  });

  it('a function is told', () => {
    const told = vi.fn();

    expect(settingsOf({ debug: told }).log).toBe(told);
  });

  it('false is none', () => {
    expect(settingsOf({ debug: false }).log).toBeUndefined();
  });
});

describe('what is refused, word for word', () => {
  it.each([
    [undefined, 'createAuthClient: refresh is missing: give your token endpoint.'],
    [null, 'createAuthClient: refresh is missing: give your token endpoint.'],
    [
      { refresh: {} },
      'createAuthClient: refresh is an object without request(): for a token endpoint use cookieRefresh({ url, … }) or bodyRefresh({ url, … }).',
    ],
    [{ refresh: ENDPOINT, name: '' }, 'createAuthClient: name is empty.'],
    [{ refresh: ENDPOINT, allowedOrigins: '/api' }, 'createAuthClient: allowedOrigins is no array.'],
    [
      { refresh: ENDPOINT, allowedOrigins: ['api.test'] },
      "createAuthClient: allowedOrigins is 'api.test', no origin: start with https:// or /, no *.",
    ],
    [
      { refresh: ENDPOINT, allowedOrigins: ['x https://api.test'] },
      "createAuthClient: allowedOrigins is 'x https://api.test', no origin: start with https:// or /, no *.",
    ],
    [
      { refresh: ENDPOINT, allowedOrigins: ['https://api.test/*'] },
      "createAuthClient: allowedOrigins is 'https://api.test/*', no origin: start with https:// or /, no *.",
    ],
    [{ refresh: ENDPOINT, signOut: {} }, 'createAuthClient: signOut is without url: give your sign-out endpoint.'],
    [{ refresh: ENDPOINT, hintCookie: 'a b' }, "createAuthClient: hintCookie is 'a b', no name of a cookie."],
    [{ refresh: ENDPOINT, hintCookie: 'a=' }, "createAuthClient: hintCookie is 'a=', no name of a cookie."],
    [{ refresh: ENDPOINT, hintCookie: ';a' }, "createAuthClient: hintCookie is ';a', no name of a cookie."],
    [
      { refresh: bodyRefresh({ url: ENDPOINT }), hintCookie: 'a' },
      'createAuthClient: hintCookie is of no use: bodyRefresh has no cookie.',
    ],
    [
      { refresh: bodyRefresh({ url: ENDPOINT, storage: memoryStorage().storage }), tabs: false },
      'createAuthClient: tabs is false, but bodyRefresh has a storage, which tabs share or copy: leave one of them out.',
    ],
    [{ refresh: ENDPOINT, verdict: 'over' }, 'createAuthClient: verdict is no function.'],
    [{ refresh: ENDPOINT, subject: {} }, 'createAuthClient: subject is no function.'],
    [{ refresh: ENDPOINT, debug: 'all' }, 'createAuthClient: debug is no function.'],
    [{ refresh: ENDPOINT, refreshAhead: -1 }, 'createAuthClient: refreshAhead is -1, not milliseconds from 0 up.'],
    [{ refresh: ENDPOINT, refreshTimeout: 0 }, 'createAuthClient: refreshTimeout is 0, not milliseconds from 1 up.'],
    [
      { refresh: ENDPOINT, refreshTimeout: Infinity },
      'createAuthClient: refreshTimeout is Infinity, not milliseconds from 1 up.',
    ],
  ])('%#', (options, why) => {
    expect(refusalOf(options)).toBe(why);
  });

  it('what is just allowed isn’t', () => {
    expect(refusalOf({ refresh: ENDPOINT, refreshAhead: 0, refreshTimeout: 1, hintCookie: 'x' })).toBeUndefined();
  });
});
