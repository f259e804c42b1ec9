/** Options that make no sense are refused when the client is made, by name. */

import {
  type AuthClientOptions,
  bodyRefresh,
  ConfigurationError,
  cookieRefresh,
  createAuthClient,
} from 'silent-refresh';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withoutPage } from '../world/page.ts';
import { newBrowser, openTab } from '../world/tabs.ts';

/** What is thrown when a client is made with these. */
function refusal(options: object): unknown {
  try {
    createAuthClient({ name: newBrowser(), ...options } as AuthClientOptions).dispose();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The same, also where a part of them is refused before that. */
function refusalOf(make: () => object): unknown {
  try {
    return refusal(make());
  } catch (error) {
    return error;
  }
}

const good = { refresh: '/auth/refresh' };

describe('bad input is refused at creation, by the option’s name', () => {
  it.each<[string, string, object]>([
    ['refresh is missing', 'refresh', {}],
    ['refresh is empty', 'refresh', { refresh: '' }],
    ['refresh is null', 'refresh', { refresh: null }],
    ['refresh over http to a foreign origin', 'refresh', { refresh: 'http://auth.example.com/refresh' }],
    [
      'cookieRefresh over http to a foreign origin',
      'refresh',
      { refresh: cookieRefresh({ url: 'http://a.example/r' }) },
    ],
    ['refresh with another scheme', 'refresh', { refresh: 'ftp://auth.example.com/refresh' }],
    ['refresh of javascript:', 'refresh', { refresh: 'javascript:alert(1)' }],
    ['refresh of a WebSocket, on loopback', 'refresh', { refresh: 'ws://localhost/refresh' }],
    ['refresh of no host', 'refresh', { refresh: 'https://' }],
    ['refresh of a bad port', 'refresh', { refresh: 'https://auth.example.com:port/refresh' }],
    ['signOut over http to a foreign origin', 'signOut', { ...good, signOut: 'http://auth.example.com/logout' }],
    ['signOut options, the same', 'signOut', { ...good, signOut: { url: 'http://auth.example.com/logout' } }],
    ['signOut of no host', 'signOut', { ...good, signOut: 'https://' }],
    ['an allowed origin over http', 'allowedOrigins', { ...good, allowedOrigins: ['http://api.example.com'] }],
    ['the second of two', 'allowedOrigins', { ...good, allowedOrigins: ['https://a.test', 'http://api.example.com'] }],
    ['an http look-alike of loopback', 'allowedOrigins', { ...good, allowedOrigins: ['http://localhost.evil.org'] }],
    ['another one', 'allowedOrigins', { ...good, allowedOrigins: ['http://127.0.0.1.evil.org'] }],
    ['loopback as userinfo', 'allowedOrigins', { ...good, allowedOrigins: ['http://localhost@evil.org'] }],
    ['the page’s own host over http', 'allowedOrigins', { ...good, allowedOrigins: ['http://app.test'] }],
    ['a host and port taken for a scheme', 'allowedOrigins', { ...good, allowedOrigins: ['localhost:3000'] }],
    ['a wildcard host', 'allowedOrigins', { ...good, allowedOrigins: ['https://*:*'] }],
    ['any subdomain', 'allowedOrigins', { ...good, allowedOrigins: ['https://*.example.com'] }],
    ['data:', 'allowedOrigins', { ...good, allowedOrigins: ['data:text/plain,x'] }],
    ['an empty name', 'name', { ...good, name: '' }],
    ['verdict is no function', 'verdict', { ...good, verdict: 'over' }],
    ['subject is no function', 'subject', { ...good, subject: 'user_id' }],
    ['subject is null', 'subject', { ...good, subject: null }],
    ['an empty name of a cookie', 'hintCookie', { ...good, hintCookie: '' }],
    ['a cookie with its value', 'hintCookie', { ...good, hintCookie: 'has_session=1' }],
    [
      'a hint cookie where no cookie holds the refresh token',
      'hintCookie',
      { refresh: bodyRefresh({ url: '/auth/refresh' }), hintCookie: 'has_session' },
    ],
    ...['refreshAhead', 'refreshTimeout'].flatMap((option) =>
      [-1, NaN, Infinity, -Infinity].map((ms): [string, string, object] => [
        `${option}: ${ms}`,
        option,
        { ...good, [option]: ms },
      ]),
    ),
    ['refreshTimeout: 0', 'refreshTimeout', { ...good, refreshTimeout: 0 }],
    ['a strategy that sends nothing', 'refresh', { refresh: { url: '/auth/refresh', csrf: {} } }],
    ['no options at all', 'refresh', undefined as unknown as object],
    ['a Set of allowed origins', 'allowedOrigins', { ...good, allowedOrigins: new Set(['https://api.test']) }],
    ['a string for the allowed origins', 'allowedOrigins', { ...good, allowedOrigins: 'https://api.test' }],
  ])('an option that makes no sense is refused by name: %s', (_, option, options) => {
    const error = refusal(options);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'configuration', retryable: false });
    expect((error as Error).message).toMatch(new RegExp(`^createAuthClient: ${option} is .+\\.$`));
  });

  it.each<[string, () => object]>([
    ['refresh', () => ({ refresh: '/auth/refresh' })],
    ['refresh', () => ({ refresh: cookieRefresh({ url: 'auth/refresh' }) })],
    ['signOut', () => ({ refresh: 'https://app.test/auth/refresh', signOut: '/auth/logout' })],
    ['allowedOrigins', () => ({ refresh: 'https://app.test/auth/refresh', allowedOrigins: ['/api'] })],
  ])('without a page a relative %s is refused, naming the remedy', (option, options) => {
    const error = withoutPage(() => refusalOf(options));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain(`${option} is '`);
    expect((error as Error).message).toContain('give an absolute URL');
  });

  it('a client that was refused leaves nothing open', () => {
    const channel = vi.spyOn(globalThis, 'BroadcastChannel');
    refusal({ ...good, refreshAhead: -1 });
    refusal({ ...good, allowedOrigins: ['http://api.example.com'] });
    expect(channel).not.toHaveBeenCalled();
  });
});

describe('an option that nobody knows is refused, by its name', () => {
  const url = '/auth/refresh';
  const strategy = (options: object) => ({ refresh: cookieRefresh(options as Parameters<typeof cookieRefresh>[0]) });

  it.each<[string, string, () => object]>([
    ['refreshUrl', 'refresh', () => ({ ...good, refreshUrl: url })],
    ['signout', 'signOut', () => ({ ...good, signout: '/auth/logout' })],
    ['signOutUrl', 'signOut', () => ({ ...good, signOutUrl: '/auth/logout' })],
    ['allowedOrigin', 'allowedOrigins', () => ({ ...good, allowedOrigin: ['https://api.test'] })],
    ['refreshTimeOut', 'refreshTimeout', () => ({ ...good, refreshTimeOut: 5_000 })],
    ['shouldRefesh', 'shouldRefresh', () => ({ ...good, shouldRefesh: () => true })],
    ['readToken', 'readTokens', () => ({ ...good, readToken: () => ({}) })],
    ['header', 'headers', () => ({ ...good, signOut: { url, header: {} } })],
    ['methods', 'method', () => ({ ...good, signOut: { url, methods: 'POST' } })],
    ['credential', 'credentials', () => strategy({ url, credential: 'omit' })],
    ['uri', 'url', () => strategy({ url, uri: '/token' })],
    ['cookies', 'cookie', () => strategy({ url, csrf: { cookie: 'c', header: 'X-C', cookies: 'c' } })],
    ['headers', 'header', () => ({ ...good, signOut: { url, csrf: { cookie: 'c', header: 'X-C', headers: 'X-C' } } })],
  ])('the unknown option %s is refused, and %s suggested', (unknown, known, make) => {
    const error = refusalOf(make);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toMatch(new RegExp(`^(createAuthClient|cookieRefresh): .*\\b${unknown}\\b`));
    expect((error as Error).message).toMatch(new RegExp(`\\b${known}\\b`));
  });

  it.each<[string, unknown]>([
    ['refreshing', Promise.resolve('moved')],
    ['pause', { length: Infinity }],
    ['stopTimer', () => {}],
    ['record', {}],
    ['closed', true],
    ['channel', undefined],
    ['listeners', new Set()],
    ['onCoolDown', () => {}],
  ])('the name of a client’s part is refused as an option: %s', (key, value) => {
    const error = refusal({ ...good, [key]: value });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain(key);
  });

  it('what an options object inherits reaches no part of the client', async () => {
    const base = { refreshing: Promise.resolve('moved'), closed: true };
    const own = { name: newBrowser(), refresh: async () => ({ access_token: 'opaque' }) };
    const auth = createAuthClient(Object.assign(Object.create(base), own));
    onTestFinished(auth.dispose);

    expect(await auth.refresh()).toMatchObject({ status: 'signed-in' });
  });
});

describe('what makes sense is accepted', () => {
  it.each<[string, object]>([
    ['only refresh', good],
    ['a URL object', { refresh: new URL('https://auth.example.com/refresh') }],
    ['a function', { refresh: async () => ({}) }],
    ['a strategy', { refresh: cookieRefresh({ url: '/auth/refresh' }) }],
    ['https elsewhere', { ...good, allowedOrigins: ['https://api.example.com/v1', new URL('https://b.example')] }],
    ['http on localhost', { refresh: 'http://localhost:3000/refresh', allowedOrigins: ['http://localhost:4000'] }],
    ['http on a name below localhost', { ...good, allowedOrigins: ['http://api.localhost'] }],
    ['http on 127.0.0.1', { ...good, allowedOrigins: ['http://127.0.0.1:8080', 'http://127.1.2.3'] }],
    ['http on ::1', { ...good, allowedOrigins: ['http://[::1]:8080'] }],
    ['a part of the page’s own origin', { ...good, allowedOrigins: ['/api'] }],
    ['no time ahead', { ...good, refreshAhead: 0 }],
    ['the shortest wait', { ...good, refreshTimeout: 1 }],
    [
      'undefined for everything else',
      {
        ...good,
        signOut: undefined,
        allowedOrigins: undefined,
        name: undefined,
        refreshAhead: undefined,
        refreshTimeout: undefined,
        shouldRefresh: undefined,
        readTokens: undefined,
        tabs: undefined,
        fetch: undefined,
      },
    ],
  ])('options that make sense are accepted: %s', (_, options) => {
    expect(refusal(options)).toBeUndefined();
  });

  it('plain http on the page’s own origin is accepted', () => {
    const { location } = globalThis;
    const { baseURI } = document;
    Object.assign(globalThis, { location: new URL('http://nas.lan:8080/') });
    Object.assign(document, { baseURI: 'http://nas.lan:8080/' });
    try {
      expect(
        refusal({ ...good, signOut: '/auth/logout', allowedOrigins: ['http://nas.lan:8080/api'] }),
      ).toBeUndefined();
      expect(refusal({ ...good, allowedOrigins: ['http://nas.lan:9090'] })).toBeInstanceOf(ConfigurationError);
    } finally {
      Object.assign(globalThis, { location });
      Object.assign(document, { baseURI });
    }
  });
});

describe('input that looks right and isn’t is refused too', () => {
  it.each(['api.test', '*', 'api.test/v1', 'localhost:3000'])(
    'an allowed origin without its scheme is refused: %s',
    (entry) => {
      expect(() => openTab({ allowedOrigins: [entry] })).toThrow(/allowedOrigins/);
    },
  );

  it.each(['/api', 'https://api.test', 'http://localhost:3000/v1', '//cdn.test'])(
    'an allowed origin or path is accepted: %s',
    (entry) => {
      expect(() => openTab({ allowedOrigins: [entry] })).not.toThrow();
    },
  );

  it.each(['refresh', 'signOut'] as const)(
    'a password in %s is refused, and the message doesn’t repeat it',
    (option) => {
      const create = () => openTab({ [option]: 'https://ada:hunter2@app.test/auth' });
      expect(create).toThrow(ConfigurationError);
      expect(create).toThrow(new RegExp(option));
      expect(create).not.toThrow(/hunter2/);
    },
  );
});
