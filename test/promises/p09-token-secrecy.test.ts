/** P9: the token is nowhere else: in no storage, URL, log, error, event, state snapshot or serialised client. */

import { inspect } from 'node:util';
import type { AuthClient, DebugEntry } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { failureOf } from '../given/failures.ts';
import { subjectOf } from '../given/shown.ts';
import { API, type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../world/clocks.ts';
import { network } from '../world/network.ts';
import { goOnline, returnFromBackForwardCache, show } from '../world/page.ts';
import { openTabs, record } from '../world/tabs.ts';
import { tracesOf } from '../world/traces.ts';
import { rest, until } from '../world/waiting.ts';

let server: AuthServer;

/** Every token the server has ever issued. */
let issued: string[];

/** What was said on the console, and to `reportError`. */
let said: unknown[];

/** What was written to any storage. */
let stored: unknown[];
let sent: Request[];

const noteRequest = ({ request }: { request: Request }) => {
  sent.push(request.clone());
};

beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  [issued, said, stored, sent] = [[], [], [], []];
  const { shape } = server;
  server.shape = (token, lifetime) => {
    issued.push(token);
    return { ...shape(token, lifetime), refresh_token: `${token}-refresh` };
  };
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => said.push(words));
  }
  vi.stubGlobal('reportError', (error: unknown) => said.push(error));
  for (const storage of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']) {
    const method =
      (_: object, name: string | symbol) =>
      (...values: unknown[]) => {
        // Reading leaves nothing there; the network of these tests does it.
        if (name !== 'getItem') stored.push([storage, name, ...values]);
        return null;
      };
    vi.stubGlobal(storage, new Proxy({}, { get: method, set: (_, ...entry) => !!stored.push([storage, ...entry]) }));
  }
  network.events.on('request:start', noteRequest);
});
afterEach(() => {
  vi.unstubAllGlobals();
  network.events.removeListener('request:start', noteRequest);
});

/** A piece of any token: also a part of one gives it away. Headers of JWTs are all alike, so they don't count. */
function pieces(): RegExp {
  const parts = issued.flatMap((token) => {
    const payload = token.split('.')[1] ?? token;
    return [token.slice(-12), payload.slice(0, 16), payload.slice(-16)];
  });
  return new RegExp([...new Set(parts)].map((part) => part.replaceAll(/[^\w-]/g, '\\$&')).join('|'));
}

/** All that an app can get out of two clients during a busy life. */
async function busyLife(): Promise<{ tabs: AuthClient[]; seen: unknown[]; kinds: Set<unknown> }> {
  const seen: unknown[] = [];
  const logged = new Set<unknown>();
  const debug = (entry: DebugEntry) => {
    seen.push(entry);
    logged.add(entry.what);
  };
  const tabs = openTabs(2, { debug });
  const [first, second] = tabs as [AuthClient, AuthClient];
  const caught = (error: unknown) => {
    seen.push(error);
  };
  const events = tabs.map(record);
  seen.push(events);
  for (const tab of tabs) {
    tab.subscribe(() => seen.push(tab.getState()));
    tab.on('refreshed', () => {
      throw new Error('a listener of the app’s that throws');
    });
  }
  const orders = (tab: AuthClient, init?: RequestInit) =>
    passUntil(tab.fetch(`${API}/orders?page=1`, init).catch(caught));

  // Nobody; a sign-in that fails, one that works, and a refresh in each tab.
  await first.signIn(async () => Response.json({ detail: 'no' }, { status: 401 })).catch(caught);
  await first.signIn(async () => ({ result: server.shape('a-token-in-a-shape-of-its-own', 60) })).catch(caught);
  await first.signIn(server.login('ada'));
  await until(() => second.getState().status === 'signed-in');
  await Promise.all([orders(first), orders(second)]);
  server.expireAccessTokens();
  await Promise.all([orders(first), orders(second), orders(second, { method: 'POST', body: 'x' })]);
  await pass(52_000, 1_000);

  // A 401 that stays one, a challenge, a stream, an abort.
  server.answerApi = () => new Response(null, { status: 401 });
  await orders(first);
  await orders(first);
  const challenge = 'Bearer error="insufficient_scope", scope="admin"';
  server.answerApi = () => new Response(null, { status: 403, headers: { 'WWW-Authenticate': challenge } });
  await orders(first);
  server.answerApi = undefined;
  server.expireAccessTokens();
  const body = new Blob(['x']).stream();
  await orders(second, { method: 'POST', body, duplex: 'half' } as RequestInit);
  const leave = new AbortController();
  server.expireAccessTokens();
  const aborted = orders(second, { signal: leave.signal });
  leave.abort();
  await aborted;
  await pass(2_000);

  // Answers that quote a token, or break off in the middle of one.
  for (const tab of tabs) {
    for (const text of [
      `{"access_token":"${issued.at(-1)}`,
      `{"access_token":${issued.at(-1)}}`,
      `"${issued.at(-1)}"`,
    ]) {
      server.answerRefresh = () => new Response(text, { headers: { 'Content-Type': 'application/json' } });
      await passUntil(tab.refresh().catch(caught));
      await orders(tab);
    }
  }
  server.answerRefresh = () => Response.error();
  server.expireAccessTokens();
  await orders(first);
  server.answerRefresh = undefined;
  goOnline();
  returnFromBackForwardCache();
  show('visible');
  await pass(30_000, 1_000);

  // Another user, while a request of the first one waits; the server's end of it; signing out; using it afterwards.
  server.expireAccessTokens();
  const held = server.holdApi();
  const left = orders(second);
  await held.arrived;
  await first.signIn(server.login('bob'));
  await until(() => tabs.every((tab) => subjectOf(tab) === 'bob'));
  held.release();
  await left;
  server.revoke('bob');
  await orders(first);
  await first.getAccessToken().catch(caught);
  await second.signIn(server.login('ada'));
  await until(() => tabs.every((tab) => tab.getState().status === 'signed-in'));
  await second.signOut();
  await second.getAccessToken().catch(caught);
  await until(() => tabs.every((tab) => tab.getState().status === 'signed-out'));
  await first.signIn(server.login('ada'));
  await until(() => tabs.every((tab) => tab.getState().status === 'signed-in'));
  seen.push(...tabs.map((tab) => tab.getState()));
  second.dispose();
  await orders(second);
  await first.getAccessToken();
  await rest();

  const kinds = new Set<unknown>(logged);
  for (const { name } of events.flat()) kinds.add(name);
  for (const each of seen) if (each instanceof Error) kinds.add(each.name);
  return { tabs, seen, kinds };
}

describe('the token is nowhere else (P9)', () => {
  it('the token shows in nothing that an app can get hold of', async () => {
    const { tabs, seen, kinds } = await busyLife();
    const secret = pieces();
    expect(issued.length).toBeGreaterThan(6);

    // It was a busy life indeed: all of these were looked at.
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining([
        'AbortError',
        'BodyNotReplayableError',
        'ConfigurationError',
        'RefreshUnavailableError',
        'SessionChangedError',
        'SessionExpiredError',
        'SignInFailedError',
        'SignedOutError',
        'challenge',
        'disposed',
        'page-woke-up',
        'paused',
        'problem',
        'refresh-answered',
        'refresh-failed',
        'refresh-of-no-use',
        'refresh-planned',
        'refresh-sent',
        'request-waits',
        'session-changed',
        'tabs-asked',
        'turn-came',
        'refreshed',
        'replayed',
        'signed-in',
        'signed-out',
        'user-changed',
      ]),
    );
    expect(seen.flatMap((each) => tracesOf(secret, each))).toEqual([]);
    expect(said.length).toBeGreaterThan(0);
    expect(tracesOf(secret, said)).toEqual([]);
    // The time of a refresh under way is noted, and taken back, and that nobody is signed in; nothing else is ever stored.
    expect(stored.length).toBeGreaterThan(1);
    for (const entry of stored) {
      expect((entry as unknown[]).join(' ')).toMatch(
        /^localStorage (setItem silent-refresh:\S+ (took )?(\d+|nobody)|removeItem silent-refresh:\S+)$/,
      );
    }
    expect(document.cookie).toBe('');
    expect(
      tracesOf(
        secret,
        sent.map(({ url, referrer }) => [url, referrer]),
      ),
    ).toEqual([]);

    for (const auth of tabs) {
      expect(JSON.stringify(auth)).toBe('{}');
      expect(tracesOf(secret, auth)).toEqual([]);
      expect(inspect(auth, { depth: Infinity, showHidden: true, getters: true })).not.toMatch(secret);
      for (const method of Object.values(auth)) expect(String(method)).not.toMatch(secret);
    }
  });

  it('the token is only in the Authorization of requests to the API', async () => {
    await busyLife();
    const secret = pieces();
    const bearing = sent.filter(({ headers }) => [...headers].some(([, value]) => secret.test(value)));
    expect(bearing.length).toBeGreaterThan(0);
    for (const request of bearing) {
      expect(new URL(request.url).origin).toBe(API);
      const others = [...request.headers].filter(([name]) => name !== 'authorization');
      expect(tracesOf(secret, others)).toEqual([]);
    }
    const bodies = await Promise.all(sent.map((request) => (request.bodyUsed ? '' : request.text())));
    expect(tracesOf(secret, bodies)).toEqual([]);
  });

  it('the search finds a token wherever one could hide', () => {
    const token = 'abcdef123456';
    const hidden = Object.defineProperty({}, 'token', { value: token });
    expect(tracesOf(token, { a: [new Error('x', { cause: new Error(token) })] })).not.toEqual([]);
    expect(tracesOf(token, Object.assign(new Error('x'), { stack: token }))).not.toEqual([]);
    expect(tracesOf(token, { hidden })).not.toEqual([]);
    expect(tracesOf(token, new Headers({ authorization: token }))).not.toEqual([]);
    expect(
      tracesOf(
        token,
        Object.assign(() => {}, { token }),
      ),
    ).not.toEqual([]);
    expect(tracesOf(token, { a: new Error('x') })).toEqual([]);
  });
});

describe('what a refresh function of one’s own throws', () => {
  const SECRET = 'very-secret-refresh-token';
  /** As several HTTP libraries throw it: with the request that it was about. */
  class HttpError extends Error {
    override readonly name = 'HttpError';
    readonly config = { method: 'POST', data: `refresh_token=${SECRET}` };
  }

  async function failing(thrown: () => unknown) {
    const auth = await adasTab(server, { refresh: () => Promise.reject(thrown()) });
    const events = record(auth);
    const error = await failureOf(auth.refresh());
    return { auth, events, error };
  }

  it.each<[string, () => unknown]>([
    ['in its own members', () => new HttpError('Network Error')],
    ['in its message', () => new Error(`POST refresh_token=${SECRET} failed`)],
    ['in its cause', () => new Error('failed', { cause: new HttpError('Network Error') })],
    ['in a plain object', () => ({ name: 'HttpError', config: { data: SECRET } })],
    ['in a TypeError of an engine’s', () => new TypeError(`Cannot use 'in' operator to search for 'x' in ${SECRET}`)],
    ['in a DOMException', () => new DOMException(SECRET, 'DataCloneError')],
    ['as a string', () => `POST refresh_token=${SECRET} failed`],
    ['beside a response of 500', () => Object.assign(new HttpError('Too early'), { response: { status: 500 } })],
  ])('an error that holds the request’s body %s is not passed on', async (_, thrown) => {
    const { events, error } = await failing(thrown);

    expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(tracesOf(SECRET, error)).toEqual([]);
    expect(tracesOf(SECRET, events)).toEqual([]);
    expect(tracesOf(SECRET, said)).toEqual([]);
  });

  it('the name of an error that holds a secret is told', async () => {
    const { error } = await failing(() => new HttpError('Network Error'));
    expect((error as Error).message).toContain('HttpError');
    expect((error as Error).cause).toBeUndefined();
  });

  it('a request that waited in vain holds no error with a secret', async () => {
    const { auth } = await failing(() => new HttpError('Network Error'));
    show('hidden');
    await pass(61_000);
    const error: unknown = await passUntil(auth.fetch(`${API}/orders`).catch((error: unknown) => error));

    expect(error).toMatchObject({ code: 'refresh-unavailable' });
    expect(tracesOf(SECRET, error)).toEqual([]);
  });
});
