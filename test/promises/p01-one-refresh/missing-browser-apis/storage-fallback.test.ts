/** P1 and P9 with localStorage in place of BroadcastChannel: tabs tell each other, and no token is ever stored. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../../given/failures.ts';
import { subjectOf } from '../../../given/shown.ts';
import { API, startAuthServer, TOKEN_ENDPOINT } from '../../../world/auth-server.ts';
import { pass, stopClocks } from '../../../world/clocks.ts';
import { newBrowser, openTab, record } from '../../../world/tabs.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('with the storage fallback (P9)', () => {
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
    expect(everStored.filter((key) => key === `${CHANNEL_KEY}${name} ${TOKEN_ENDPOINT}`).length).toBeGreaterThan(5);
    expect(everStored.join()).toContain('signed-out');
    for (const value of everStored) {
      for (const token of tokens) for (const part of token.split('.')) expect(value).not.toContain(part);
      // Whole words: the library stamps its messages with random letters.
      expect(value).not.toMatch(/eyJ|opaque|refresh-\d|"(ada|bob|cyd)"/);
    }
  });

  it('a new tab gets its token from the server, not from tabs', async () => {
    const { server, name, a } = await twoTabs();
    const seen = record(a);
    const before = await a.getAccessToken();
    const c = openTab({ name });
    expect(await settled(c.restore())).toMatchObject({ subject: 'ada' });

    expect(await a.getAccessToken()).toBe(before);
    expect(seen).toEqual([]);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a sign-out reaches the other tab through the storage', async () => {
    const { server, a, b } = await twoTabs();
    const seen = record(b);
    await settled(a.signOut());

    expect(b.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    expect(seen).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
    await expect(b.getAccessToken()).rejects.toMatchObject({ code: 'signed-out' });
    expect(server.cookie).toBeUndefined();
  });

  it('another user reaches the other tab, which gets its own token', async () => {
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

  it('a refresh that finds another user says so to the other tab', async () => {
    const { server, a, b } = await twoTabs();
    const seen = [record(a), record(b)];
    server.signIn('bob');
    // Ada's refresh() must not resolve with Bob's state.
    const outcome = failureOf(a.refresh());
    expect(await settled(outcome)).toMatchObject({ code: 'session-changed' });

    expect([a, b].map(subjectOf)).toEqual(['bob', 'bob']);
    expect(seen.map((events) => events[0]?.name)).toEqual(['user-changed', 'user-changed']);
  });

  it('an ended session ends in every tab, and messages stop', async () => {
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

  it('tabs refresh one after the other, and nobody is signed out', async () => {
    const { server, a, b } = await twoTabs();
    const before = server.refreshCalls;
    server.expireAccessTokens();
    const responses = await settled(Promise.all([a, b, a, b].map((tab) => tab.fetch(`${API}/orders`))));

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(server.refreshCalls - before).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a sign-out that waits leaves whoever signs in elsewhere their cookie', async () => {
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
      window.dispatchEvent(
        Object.assign(new Event('storage'), { key: `${CHANNEL_KEY}${name} ${TOKEN_ENDPOINT}`, newValue }),
      );
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
