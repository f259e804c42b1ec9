/** P14: nothing happens on a server. Importing the package and making a client opens, keeps and shares nothing. */

import {
  type AuthClient,
  type AuthClientOptions,
  ConfigurationError,
  createAuthClient,
  isAuthError,
} from 'silent-refresh';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../given/failures.ts';
import { API, startAuthServer } from '../world/auth-server.ts';
import { alive } from '../world/heap.ts';
import { goOnline, returnFromBackForwardCache, show, withoutPage } from '../world/page.ts';
import { record } from '../world/tabs.ts';
import { rest } from '../world/waiting.ts';

const URLS = {
  refresh: 'https://app.test/auth/refresh',
  signOut: 'https://app.test/auth/logout',
  allowedOrigins: [API],
};

const made = new Set<AuthClient>();
afterEach(() => {
  for (const auth of made) auth.dispose();
  made.clear();
});

/** A client made where there is no page. */
function onServer(options: Partial<AuthClientOptions> = {}): AuthClient {
  const auth = withoutPage(() => createAuthClient({ ...URLS, ...options }));
  made.add(auth);
  return auth;
}

type Watched = { readonly mock: { readonly calls: readonly unknown[] } };

/** Whatever could be opened, asked or heard. */
function watchEverything(): Record<string, Watched> {
  return {
    BroadcastChannel: vi.spyOn(globalThis, 'BroadcastChannel'),
    'locks.request': vi.spyOn(navigator.locks, 'request'),
    'locks.query': vi.spyOn(navigator.locks, 'query'),
    setTimeout: vi.spyOn(globalThis, 'setTimeout'),
    setInterval: vi.spyOn(globalThis, 'setInterval'),
    fetch: vi.spyOn(globalThis, 'fetch'),
    'window.addEventListener': vi.spyOn(globalThis, 'addEventListener'),
    'document.addEventListener': vi.spyOn(document, 'addEventListener'),
    'process.on': vi.spyOn(process, 'on'),
    random: vi.spyOn(Math, 'random'),
  };
}

function opened(watched: Record<string, Watched>): string[] {
  return Object.entries(watched).flatMap(([name, spy]) => (spy.mock.calls.length ? [name] : []));
}

describe('on a server nothing happens (P14)', () => {
  it('importing the package opens nothing', async () => {
    vi.resetModules();
    const watched = watchEverything();
    await import('silent-refresh');
    // The module loader of the tests has timers of its own.
    expect(opened(watched).filter((name) => name !== 'setTimeout')).toEqual([]);
  });

  it('making a client opens nothing', async () => {
    const watched = watchEverything();
    const auth = onServer();
    expect(opened(watched)).toEqual([]);
    await auth.restore();
    await rest();
    expect(opened(watched)).toEqual([]);
  });

  it('making a client keeps nothing on the global object', () => {
    const before = Reflect.ownKeys(globalThis);
    onServer();
    expect(Reflect.ownKeys(globalThis)).toEqual(before);
  });

  it('getState() is constantly `restoring`, the same object each time', async () => {
    const auth = onServer();
    const listener = vi.fn();
    auth.subscribe(listener);
    const state = auth.getState();
    expect(state).toEqual({ status: 'restoring' });
    await auth.restore();
    await auth.setSession({ access_token: 'a' }).catch(() => {});
    await auth.signOut();
    expect(auth.getState()).toBe(state);
    expect(listener).not.toHaveBeenCalled();
  });

  it('restore() resolves with `restoring`, without a request', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const auth = onServer();
    expect(await auth.restore()).toEqual({ status: 'restoring' });
    expect(await auth.restore()).toBe(auth.getState());
    expect(server.refreshCalls).toBe(0);
  });

  it.each<[string, (auth: AuthClient, request: () => Promise<object>) => Promise<unknown>]>([
    ['signIn()', (auth, request) => auth.signIn(request)],
    ['setSession()', (auth) => auth.setSession({ access_token: 'a' })],
    ['refresh()', (auth) => auth.refresh()],
    ['getAccessToken()', (auth) => auth.getAccessToken()],
    [`GET ${API}/orders`, (auth) => auth.fetch(`${API}/orders`)],
  ])('%s is refused, saying why, and sends nothing', async (label, call) => {
    const server = startAuthServer();
    const request = vi.fn(async () => server.signIn('ada'));
    const error = await failureOf(call(onServer(), request));

    expect(error).toBeInstanceOf(ConfigurationError);
    expect(isAuthError(error) && error.retryable).toBe(false);
    expect((error as Error).message).toContain(label);
    expect((error as Error).message).toContain('server');
    expect(request).not.toHaveBeenCalled();
    expect(server).toMatchObject({ refreshCalls: 0, apiRequests: [] });
  });

  it('signOut() resolves, and says that no server has confirmed it', async () => {
    const server = startAuthServer();
    expect(await onServer().signOut()).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(0);
  });

  it('a fetch to where the token doesn’t go is plain fetch', async () => {
    const send = vi.fn(async (_: RequestInfo | URL, __?: RequestInit) => new Response('ok'));
    const auth = onServer({ fetch: send });
    const init = { headers: { 'X-Mine': '1' } };
    expect(await (await auth.fetch('https://elsewhere.test/', init)).text()).toBe('ok');
    expect(send).toHaveBeenCalledExactlyOnceWith('https://elsewhere.test/', init);
  });

  it('clients on a server share no session, and ignore tab messages', async () => {
    const server = startAuthServer();
    const [one, two] = [onServer({ name: 'shared' }), onServer({ name: 'shared' })];
    const browser = createAuthClient({ ...URLS, name: 'shared' });
    made.add(browser);
    await browser.signIn(server.login('ada'));
    await one.signIn(server.login('bob')).catch(() => {});
    await rest();

    for (const auth of [one, two]) {
      expect(auth.getState()).toEqual({ status: 'restoring' });
      await expect(auth.getAccessToken()).rejects.toBeInstanceOf(ConfigurationError);
    }
    expect(browser.getState()).toMatchObject({ subject: 'ada' });
  });

  it('what listens for a request is not kept when that request is over', () => {
    class RequestData {}
    const auth = onServer();
    const render = () => {
      const data = new RequestData();
      auth.on('signed-out', () => void data);
      auth.subscribe(() => void data);
    };
    render();

    expect(alive(RequestData)).toBe(0);
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('events, listeners and dispose() work, and do nothing', async () => {
    const auth = onServer();
    const events = record(auth);
    const undo = [auth.subscribe(() => {}), auth.on('refreshed', () => {})];
    goOnline();
    show('visible');
    returnFromBackForwardCache();
    await rest();
    for (const each of undo) each();
    auth.dispose();
    auth.dispose();
    auth[Symbol.dispose]();
    expect(events).toEqual([]);
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });
});
