/** Scenarios 16 and 42: without locks, without channels, in frames that may do nothing, it works within the tab. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { adasTab, adasTwoTabs, signedIn } from '../given/ada.ts';
import { outliveToken } from '../given/expired-token.ts';
import { failureOf } from '../given/failures.ts';
import { liveThrough, lockManager, refuseWith, surroundWith, throwing } from '../given/missing-apis.ts';
import { subjectOf } from '../given/shown.ts';
import { API, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { newBrowser, openTab, record } from '../world/tabs.ts';
import { rest, until } from '../world/waiting.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('without Web Locks (scenario 16)', () => {
  it.each<[string, () => object]>([
    ['no navigator.locks: plain http on a LAN, an old WebView', () => ({})],
    ['locks.request rejects with a SecurityError: a sandboxed frame', () => lockManager(refuseWith('SecurityError'))],
    ['… with an InvalidStateError: an inactive document', () => lockManager(refuseWith('InvalidStateError'))],
    ['locks.request throws a SecurityError', () => lockManager(throwing('SecurityError'))],
    ['locks.request throws an InvalidStateError', () => lockManager(throwing('InvalidStateError'))],
    [
      '… while query still answers',
      () => ({ locks: { request: refuseWith('SecurityError'), query: async () => ({}) } }),
    ],
  ])('%s: it works within the tab', async (_what, parts) => {
    surroundWith(parts());
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it('no navigator at all', async () => {
    vi.stubGlobal('navigator', undefined);
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it.each<[string, () => object]>([
    ['none', () => ({})],
    ['refused', () => lockManager(refuseWith('SecurityError'))],
  ])('locks: %s. Within one tab a refresh and sign-ins still never overlap', async (_what, parts) => {
    surroundWith(parts());
    const { server, auth } = await signedIn();
    let [underWay, most, logins] = [0, 0, 0];
    const alone = async () => {
      most = Math.max(most, ++underWay);
      await rest();
      underWay--;
      return server.signIn('ada');
    };
    server.answerRefresh = async () => Response.json(await alone());
    const logIn = () => {
      logins++;
      return alone();
    };
    await Promise.all([auth.refresh(), auth.signIn(logIn), auth.signIn(logIn)]);
    await Promise.all([auth.signIn(logIn), auth.refresh(), auth.signIn(logIn)]);

    expect(most).toBe(1);
    expect(logins).toBe(4);
  });

  it('a sign-in that fails lets the next one have its turn', async () => {
    surroundWith({});
    const server = startAuthServer();
    const auth = openTab();
    const first = failureOf(auth.signIn(async () => Response.json({}, { status: 401 })));
    const second = auth.signIn(server.login('ada'));

    expect(await first).toMatchObject({ code: 'sign-in-failed' });
    expect(await second).toMatchObject({ subject: 'ada' });
  });

  it('tabs still tell each other: a new one needs no network, and sign-out reaches all', async () => {
    surroundWith({});
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = await adasTwoTabs(server, { name });
    expect(await openTab({ name }).restore()).toMatchObject({ subject: 'ada' });
    await b.refresh();
    await b.signOut();
    await until(() => a.getState().status === 'signed-out');
    expect(server.refreshCalls).toBe(1);
  });

  it('a page that leaves loses its place in line (WebKit), and sends nothing beside the lock’s holder', async () => {
    const server = startAuthServer();
    surroundWith(lockManager(refuseWith('AbortError')));
    const leaving = openTab();
    const logIn = vi.fn(server.login('ada'));

    expect(await failureOf(leaving.fetch(`${API}/orders`))).toMatchObject({ code: 'refresh-unavailable' });
    expect(await failureOf(leaving.signIn(logIn))).toMatchObject({ code: 'refresh-unavailable' });
    expect(server.refreshCalls).toBe(0);
    expect(logIn).not.toHaveBeenCalled();
  });

  it('a lock that is stolen from a refresh doesn’t lose its token', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const refresh = server.holdRefresh();
    const refreshed = auth.refresh();
    await refresh.arrived;
    await navigator.locks.request(`silent-refresh:${name}`, { steal: true }, () => {});
    refresh.release();

    expect(await refreshed).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(await auth.getAccessToken()).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('without channels', () => {
  it.each<[string, () => void]>([
    ['no BroadcastChannel and no localStorage', () => vi.stubGlobal('BroadcastChannel', undefined)],
    [
      'a BroadcastChannel whose constructor throws',
      () =>
        vi.stubGlobal(
          'BroadcastChannel',
          class {
            constructor() {
              throw new DOMException('Storage is partitioned away.', 'SecurityError');
            }
          },
        ),
    ],
    [
      'no BroadcastChannel, and a localStorage that may not be touched',
      () => {
        vi.stubGlobal('BroadcastChannel', undefined);
        vi.stubGlobal('window', {
          get localStorage() {
            throw new DOMException('Access is denied for this document.', 'SecurityError');
          },
        });
      },
    ],
    [
      'no BroadcastChannel, and a localStorage that is full',
      () => {
        vi.stubGlobal('BroadcastChannel', undefined);
        const setItem = throwing('QuotaExceededError');
        vi.stubGlobal('window', { localStorage: { setItem, removeItem() {} } });
      },
    ],
  ])('%s: creation never throws, and it works within the tab', async (_what, surround) => {
    surround();
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it('neither locks nor channels nor storage: still right', async () => {
    surroundWith({});
    vi.stubGlobal('BroadcastChannel', undefined);
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it('with locks alone two tabs never overlap: each refreshes for itself, and nobody is signed out', async () => {
    stopClocks();
    vi.stubGlobal('BroadcastChannel', undefined);
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = [openTab({ name }), openTab({ name })];
    await a.signIn(server.login('ada'));
    expect(await b.restore()).toMatchObject({ subject: 'ada' });
    for (let round = 0; round < 3; round++) {
      outliveToken();
      const responses = await Promise.all([a, b, a, b].map((tab) => tab.fetch(`${API}/orders`)));
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    }
    expect(server.refreshCalls).toBe(7);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });
});

describe('with the storage fallback (P9, scenario 42)', () => {
  const CHANNEL_KEY = 'pubkey.broadcastChannel-silent-refresh:';

  /** A window without BroadcastChannel: what is stored, and the storage events of the other tabs. */
  function withStorageAlone() {
    vi.stubGlobal('BroadcastChannel', undefined);
    const everStored: string[] = [];
    const events = new EventTarget();
    vi.stubGlobal('window', {
      localStorage: { setItem: (key: string, value: string) => everStored.push(key, value), removeItem() {} },
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
      dispatchEvent: events.dispatchEvent.bind(events),
    });
    return everStored;
  }

  /** Stored messages take a timer each way. */
  const settle = () => pass(100, 1);

  async function settled<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    await settle();
    return promise;
  }

  async function twoTabs() {
    stopClocks();
    const everStored = withStorageAlone();
    const server = startAuthServer();
    const name = newBrowser();
    const a = openTab({ name });
    await settled(a.signIn(server.login('ada')));
    const b = openTab({ name });
    await settled(b.restore());
    expect([a, b].map(subjectOf)).toEqual(['ada', 'ada']);
    return { everStored, server, name, a, b };
  }

  it('no stored value ever holds a token, whatever happens', async () => {
    const { everStored, server, name, a, b } = await twoTabs();
    const tokens = [await a.getAccessToken(), await b.getAccessToken()];
    await settled(a.refresh());
    tokens.push(await a.getAccessToken());
    const c = openTab({ name });
    await settled(c.restore());
    tokens.push(await c.getAccessToken());
    await settled(b.signIn(server.login('bob')));
    expect([a, b, c].map(subjectOf)).toEqual(['bob', 'bob', 'bob']);
    for (const tab of [a, b, c]) tokens.push(await tab.getAccessToken());
    server.opaque = true;
    await settled(b.signIn(server.login('cyd')));
    for (const tab of [a, b, c]) tokens.push(await tab.getAccessToken());
    await settled(b.signOut());

    expect(new Set(tokens).size).toBe(10);
    expect(everStored.filter((key) => key === `${CHANNEL_KEY}${name}`).length).toBeGreaterThan(5);
    expect(everStored.join()).toContain('signed-out');
    for (const value of everStored) {
      for (const token of tokens) for (const part of token.split('.')) expect(value).not.toContain(part);
      // Whole words: the library stamps its messages with random letters.
      expect(value).not.toMatch(/eyJ|opaque|refresh-\d|"(ada|bob|cyd)"/);
    }
  });

  it('a new tab gets its token from the server, and the first keeps its own and its user', async () => {
    const { server, name, a } = await twoTabs();
    const seen = record(a);
    const before = await a.getAccessToken();
    const c = openTab({ name });
    expect(await settled(c.restore())).toMatchObject({ subject: 'ada' });

    expect(await a.getAccessToken()).toBe(before);
    expect(seen).toEqual([]);
    expect(server.reuseAlarms).toBe(0);
  });

  it('sign-out reaches the other tab', async () => {
    const { server, a, b } = await twoTabs();
    const seen = record(b);
    await settled(a.signOut());

    expect(b.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    expect(seen).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
    await expect(b.getAccessToken()).rejects.toMatchObject({ code: 'signed-out' });
    expect(server.cookie).toBeUndefined();
  });

  it('so does another user, whose token each tab gets for itself; nothing of the first is sent as them', async () => {
    const { server, a, b } = await twoTabs();
    const seen = record(b);
    server.expireAccessTokens();
    const api = server.holdApi();
    const request = failureOf(b.fetch(`${API}/orders`));
    await api.arrived;
    await settled(a.signIn(server.login('bob')));
    expect(subjectOf(b)).toBe('bob');
    api.release();

    expect(await request).toMatchObject({ code: 'session-changed' });
    expect(seen.map(({ name }) => name)).toEqual(['user-changed', 'signed-in']);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a refresh that turns out to be another user’s says so to the other tab, though without their token', async () => {
    const { server, a, b } = await twoTabs();
    const seen = [record(a), record(b)];
    server.signIn('bob');
    // Ada's refresh() must not resolve with Bob's state.
    const outcome = failureOf(a.refresh());
    expect(await settled(outcome)).toMatchObject({ code: 'session-changed' });

    expect([a, b].map(subjectOf)).toEqual(['bob', 'bob']);
    expect(seen.map((events) => events[0]?.name)).toEqual(['user-changed', 'user-changed']);
  });

  it('a session that the server has ended is over in every tab, and the tabs fall silent', async () => {
    const { everStored, server, name, a, b } = await twoTabs();
    server.revoke('ada');
    const fresh = [openTab({ name }), openTab({ name })];
    await settled(Promise.all(fresh.map((tab) => tab.restore())));
    const ended = { status: 'signed-out', reason: 'expired' };
    expect([a, b, ...fresh].map((tab) => tab.getState())).toEqual([ended, ended, ended, ended]);
    await settled(openTab({ name }).restore());
    const quiet = everStored.length;
    await settle();

    expect(everStored.length).toBe(quiet);
  });

  it('tabs whose tokens expire refresh one after the other, and nobody is signed out', async () => {
    const { server, a, b } = await twoTabs();
    const before = server.refreshCalls;
    server.expireAccessTokens();
    const responses = await settled(Promise.all([a, b, a, b].map((tab) => tab.fetch(`${API}/orders`))));

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(server.refreshCalls - before).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a sign-out that waits while somebody signs in in another tab leaves them their cookie', async () => {
    const { server, a, b } = await twoTabs();
    const refresh = server.holdRefresh();
    void b.refresh();
    await refresh.arrived;
    const result = a.signOut();
    await settle();
    expect(b.getState().status).toBe('signed-out');
    await settled(b.setSession(server.signIn('bob')));
    expect(a.getState()).toEqual({ status: 'restoring' });
    refresh.release();

    expect(await settled(result)).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(0);
  });

  it('garbage in the storage changes nothing', async () => {
    const { name, a } = await twoTabs();
    const state = a.getState();
    const seen = record(a);
    for (const data of [
      null,
      5,
      'x',
      [],
      {},
      { v: 1 },
      { v: 2, kind: 'ask' },
      { v: 1, kind: 'session', epoch: 9e15 },
    ]) {
      const newValue = JSON.stringify(inEnvelope(data));
      window.dispatchEvent(Object.assign(new Event('storage'), { key: CHANNEL_KEY + name, newValue }));
    }
    await settle();

    expect(a.getState()).toBe(state);
    expect(seen).toEqual([]);
  });

  let serial = 0;
  const inEnvelope = (data: unknown) => ({
    token: `t${++serial}`,
    uuid: 'another tab',
    data: { type: 'message', time: 9e15, data },
  });
});

it('a frame that may do nothing at all: creation doesn’t throw, and requests still go out', async () => {
  surroundWith(lockManager(refuseWith('SecurityError')));
  vi.stubGlobal('BroadcastChannel', undefined);
  const server = startAuthServer();
  const auth = openTab();
  server.signIn('ada');

  expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
});
