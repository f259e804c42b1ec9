/** The client of the development build: the same one, and the console says what is set up wrongly. */

import type { AuthClient, AuthClientOptions, DebugEntry } from 'silent-refresh';
import { bodyRefresh, ConfigurationError, createAuthClient as createPlainClient } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthClient } from '../../src/development/create-auth-client.ts';
import { reasonOf } from '../given/failures.ts';
import { loginEntry, type ObservedResources, observedResources } from '../given/observed-resources.ts';
import { API, type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../world/clocks.ts';
import { withoutPage } from '../world/page.ts';
import { stubStorage } from '../world/storage.ts';
import { newBrowser } from '../world/tabs.ts';
import { gate, rest, until } from '../world/waiting.ts';

const clients: AuthClient[] = [];
let server: AuthServer;
let said: string[];

/** The page forgets what it was told. */
function newPage(): void {
  const page = globalThis as unknown as Record<symbol, unknown>;
  page[Symbol.for('silent-refresh.said-on-this-page')] = undefined;
  page[Symbol.for('silent-refresh.clients-of-this-page')] = undefined;
  stubStorage('sessionStorage');
}

beforeEach(() => {
  stopClocks();
  newPage();
  server = startAuthServer();
  said = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text));
});
afterEach(() => {
  for (const auth of clients.splice(0)) auth.dispose();
  vi.unstubAllGlobals();
});

function open(options: Partial<AuthClientOptions> = {}): AuthClient {
  const auth = createAuthClient({
    name: newBrowser(),
    refresh: '/auth/refresh',
    signOut: '/auth/logout',
    allowedOrigins: [API],
    ...options,
  });
  clients.push(auth);
  return auth;
}

/** By the code with which each ends. */
const codes = () => said.map((text) => text.split('#').at(-1));

describe('what it says', () => {
  it('a problem, once for each address, and where the page is', async () => {
    const fetch = async () => new Response(null, { status: 401 });
    const auth = open({ fetch });
    await auth.setSession({ access_token: 'opaque', expires_in: 600 });
    await auth.fetch('https://one.test/orders');
    await auth.fetch('https://one.test/items');
    await auth.fetch('https://two.test/orders');
    expect(codes()).toEqual(['origin-not-allowed', 'origin-not-allowed']);
    expect(said[0]).toContain('[silent-refresh] https://one.test/orders answers 401.');
    expect(said[0]).toContain('tokens go to https://app.test only');
  });

  it('a problem of the token endpoint', async () => {
    server.answerRefresh = () => new Response('', { status: 404 });
    await passUntil(reasonOf(open().restore()), 10);
    expect(said).toEqual([expect.stringContaining(`[silent-refresh] ${TOKEN_ENDPOINT} answers 404.`)]);
  });

  it('nothing where nothing is wrong', async () => {
    const auth = open();
    await auth.signIn(server.login('ada'));
    await auth.refresh();
    await auth.fetch(`${API}/orders`);
    await auth.signOut();
    expect(said).toEqual([]);
  });

  it.each<[string, number, (auth: AuthClient) => void]>([
    ['a login through it', 1, () => {}],
    ['nothing of a login that is answered once it is disposed of', 0, (auth) => auth.dispose()],
  ])('%s', async (_, count, before) => {
    const answer = gate();
    const token = () => Response.json({ access_token: 'opaque', expires_in: 600 });
    const auth = open({ fetch: () => answer.opened.then(token) });
    await auth.setSession({ access_token: 'opaque', expires_in: 600 });
    const response = auth.fetch('https://one.test/login', { method: 'POST' });
    before(auth);
    answer.open();
    await reasonOf(response);
    await rest();
    expect(said).toHaveLength(count);
  });

  it('that there are two clients, until one is disposed of', () => {
    const name = newBrowser();
    const first = open({ name });
    first.dispose();
    open({ name });
    expect(said).toEqual([]);
    open({ name });
    expect(said[0]).toContain(`two clients named '${name}' for ${TOKEN_ENDPOINT}`);
  });

  it('that two of no name are both the default, and how a function is called', () => {
    const refresh = async () => new Response('', { status: 401 });
    open({ name: undefined, refresh } as never);
    open({ name: undefined, refresh } as never);
    expect(said[0]).toContain("two clients named 'default' for a refresh function");
  });

  it.each<[string, AuthClientOptions['refresh']]>([
    ['a path', '/auth/refresh?key=secret'],
    ['a URL', new URL(`${TOKEN_ENDPOINT}?key=secret`)],
    ['a strategy', bodyRefresh({ url: `${TOKEN_ENDPOINT}?key=secret` })],
  ])('names the endpoint without its query, given as %s', (_, refresh) => {
    const name = newBrowser();
    for (let i = 0; i < 2; i++) open({ name, refresh });
    expect(said[0]).toContain(`two clients named '${name}' for ${TOKEN_ENDPOINT}. `);
  });

  it.each([
    ['that refuses its locks, as in a sandboxed frame', undefined, ['no-web-locks']],
    ['that shares nothing with other tabs', false, []],
  ])('of a page %s', async (_, tabs, expected) => {
    vi.spyOn(navigator.locks, 'query').mockRejectedValue(new DOMException('', 'SecurityError'));
    vi.stubGlobal('isSecureContext', true);
    open(tabs === undefined ? {} : { tabs });
    await rest();
    expect(codes()).toEqual(expected);
  });

  it('nothing of a page that refuses its locks once the client is disposed of', async () => {
    vi.spyOn(navigator.locks, 'query').mockRejectedValue(new DOMException('', 'SecurityError'));
    vi.stubGlobal('isSecureContext', true);
    open().dispose();
    await rest();
    expect(said).toEqual([]);
  });
});

describe('a cookie that wasn’t kept shows on the next page', () => {
  async function refusedAfterReload(options: Partial<AuthClientOptions>) {
    const name = newBrowser();
    const before = open({ name, ...options });
    await before.setSession({ access_token: 'opaque', refresh_token: 'r1', expires_in: 600 });
    before.dispose();
    server.cookie = undefined;
    await passUntil(reasonOf(open({ name, ...options }).restore()), 10);
    return codes();
  }

  it('is told of', async () => {
    expect(await refusedAfterReload({})).toEqual(['cookie-not-kept']);
    expect(said[0]).toContain(TOKEN_ENDPOINT);
  });

  it('not where no cookie holds the session', async () => {
    const refused = async () => new Response('{}', { status: 401 });
    expect(await refusedAfterReload({ refresh: refused })).toEqual([]);
    expect(await refusedAfterReload({ refresh: bodyRefresh({ url: '/token' }), fetch: refused })).toEqual([]);
  });
});

describe('logins', () => {
  const token = () => Response.json({ access_token: 'opaque', expires_in: 600 });

  it.each<[string, (auth: AuthClient) => Promise<unknown>]>([
    ['by its address', (auth) => auth.fetch('/login?secret', { method: 'post' })],
    ['as a Request', (auth) => auth.fetch(new Request('https://app.test/login', { method: 'POST' }))],
  ])('through auth.fetch are told of, %s', async (_, login) => {
    const auth = open({ fetch: async () => token() });
    await auth.setSession({ access_token: 'opaque', expires_in: 600 });
    await login(auth);
    await rest();
    expect(codes()).toEqual(['login-through-auth-fetch']);
    expect(said[0]).toContain('POST https://app.test/login answered with a token');
  });

  it('by GET are none, and neither is a refresh', async () => {
    const auth = open({ refresh: '/token', fetch: async () => token() });
    await auth.setSession({ access_token: 'opaque', expires_in: 600 });
    await auth.fetch('/login');
    await auth.fetch('/token?again', { method: 'POST' });
    await rest();
    expect(said).toEqual([]);
  });

  it('what answers with no Response breaks nothing', async () => {
    const auth = open({ fetch: async () => ({ ok: true, status: 200 }) as Response });
    expect(await auth.fetch('https://elsewhere.test/login', { method: 'POST' })).toEqual({ ok: true, status: 200 });
    await rest();
    expect(said).toEqual([]);
  });

  describe('past the client', () => {
    let resources: ObservedResources;
    beforeEach(() => {
      resources = observedResources();
    });
    const seen = (url: string) => resources.tell(loginEntry(url, { startTime: performance.now() }));

    it.each<[string, (auth: AuthClient) => Promise<unknown>, number]>([
      ['that nobody tells of', async () => {}, 1],
      ['that signIn is told of, though in vain', (auth) => reasonOf(auth.signIn(async () => new Response())), 0],
      ['that signIn is told of by its cookie', (auth) => reasonOf(auth.signIn()), 0],
      ['that setSession is told of, though in vain', (auth) => reasonOf(auth.setSession({})), 0],
    ])('one %s', async (_, then, count) => {
      const path = `https://app.test/${newBrowser()}/login`;
      const auth = open();
      await passUntil(auth.restore(), 10);
      await pass(1);
      seen(path);
      await pass(1);
      await passUntil(then(auth), 10);
      await pass(5_000);
      expect(codes().filter((code) => code === 'login-not-told')).toHaveLength(count);
    });

    it('one that signIn is still busy with is told of, and one of before it is not', async () => {
      const path = `https://app.test/${newBrowser()}/login`;
      const auth = open();
      await passUntil(auth.restore(), 10);
      await reasonOf(auth.setSession({}));
      await pass(1);
      seen(path);
      const answer = gate();
      const signIn = reasonOf(auth.signIn(() => answer.opened.then(() => new Response())));
      await pass(5_000);
      expect(said).toEqual([]);
      answer.open();
      await signIn;
      await pass(1);
      seen(path);
      await pass(5_000);
      expect(codes()).toEqual(['login-not-told']);
    });
  });
});

describe('debug', () => {
  it('true is for the console, in sentences', async () => {
    const onConsole = vi.spyOn(console, 'debug').mockImplementation(() => {});
    const auth = open({ debug: true });
    await auth.signIn(server.login('ada'));
    expect(onConsole.mock.calls).toContainEqual(['[silent-refresh] 0 ms: signed in as ada']);
  });

  it('a function gets each entry, and its sentence', async () => {
    const entries: DebugEntry[] = [];
    const auth = open({ debug: (entry) => entries.push(entry) });
    await auth.signIn(server.login('ada'));
    expect(entries).toContainEqual({ at: 0, what: 'signed-in', subject: 'ada', message: 'signed in as ada' });
  });

  it.each([undefined, false])('%s: nobody is told', async (debug) => {
    const onConsole = vi.spyOn(console, 'debug');
    const auth = open({ debug } as never);
    await auth.signIn(server.login('ada'));
    expect(onConsole).not.toHaveBeenCalled();
  });
});

describe('it is the same client', () => {
  it('with the same methods', () => {
    const plain = createPlainClient({ name: newBrowser(), refresh: '/auth/refresh' });
    clients.push(plain as never);
    expect(Object.keys(open())).toEqual(Object.keys(plain));
  });

  it.each([
    ['no options', undefined],
    ['a debug that is no function', { refresh: '/auth/refresh', debug: 'yes' }],
    ['no refresh', {}],
  ])('that refuses %s', (_, options) => {
    expect(() => createAuthClient(options as never)).toThrow(ConfigurationError);
    expect(said).toEqual([]);
  });

  it('on a server it says nothing, and wraps nothing', () => {
    const debug = vi.fn();
    for (let i = 0; i < 2; i++)
      withoutPage(() => clients.push(createAuthClient({ name: 'server', refresh: TOKEN_ENDPOINT, debug })));
    expect(said).toEqual([]);
  });

  it('with the options of its own', async () => {
    const calls: string[] = [];
    const auth = open({
      async fetch(input, init) {
        calls.push(`${init?.method ?? 'GET'} ${input instanceof Request ? input.url : input}`);
        return fetch(input, init);
      },
    });
    await auth.signIn(server.login('ada'));
    await auth.refresh();
    await auth.fetch(`${API}/orders`);
    expect(calls).toEqual([`POST ${TOKEN_ENDPOINT}`, `GET ${API}/orders`]);
    await until(() => auth.getState().status === 'signed-in');
  });
});
