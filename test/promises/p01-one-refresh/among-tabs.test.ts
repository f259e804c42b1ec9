/** P1, P2 and P13 across tabs: one refresh among all of them, whoever sleeps, hangs or hears late. */

import { RefreshUnavailableError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTab, adasTabs, adasTwoTabs, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { holdLock, locksHeld } from '../../given/held-locks.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { focusWindow, goOnline, leave, returnFromBackForwardCache, show } from '../../world/page.ts';
import { newBrowser, openTab, openTabs, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

describe('one refresh among tabs (P1, scenario 11)', () => {
  it('six tabs find the token expired at once: one refresh, one new token for all', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = await adasTabs(server, 6);
    outliveToken();

    const tokens = await Promise.all(tabs.map((tab) => tab.getAccessToken()));

    expect(new Set(tokens).size).toBe(1);
    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a tab that waited for its turn looks again before it refreshes', async () => {
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    const refresh = server.holdRefresh();
    const first = a.refresh();
    await refresh.arrived;
    const second = b.refresh();
    await rest();
    refresh.release();

    expect(await first).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(await second).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    await rest();
    expect(server.refreshCalls).toBe(1);
    expect(server.overlaps).toBe(0);
  });

  it('every tab says who refreshed: this tab, or another', async () => {
    const server = startAuthServer();
    const [a, b] = openTwoTabs();
    const [seenByA, seenByB] = [record(a), record(b)];
    await a.signIn(server.login('ada'));
    await signedInEverywhere(a, b);
    await b.refresh();
    await until(() => seenByA.length === 2 && seenByB.length === 2);

    expect(seenByA).toEqual([
      { name: 'signed-in', detail: { subject: 'ada' } },
      { name: 'refreshed', detail: { by: 'another-tab' } },
    ]);
    expect(seenByB).toEqual([
      { name: 'signed-in', detail: { subject: 'ada' } },
      { name: 'refreshed', detail: { by: 'this-tab' } },
    ]);
    expect(a.getState()).toEqual(b.getState());
  });

  it('clients of another name are another session', async () => {
    const server = startAuthServer();
    const [ours, theirs] = [openTab(), openTab()];
    const seen = record(theirs);
    await ours.signIn(server.login('ada'));
    await ours.refresh();
    await rest();

    expect(theirs.getState()).toEqual({ status: 'restoring' });
    expect(seen).toEqual([]);
  });
});

describe('a late 401 costs nothing in any tab (P2)', () => {
  it('a 401 for the old token in one tab, after another tab refreshed: replayed, without a refresh', async () => {
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    server.expireAccessTokens();
    const api = server.holdApi();
    const late = b.fetch(`${API}/late`);
    await api.arrived;
    const seen = record(b);
    await a.refresh();
    await until(() => seen.length === 1);
    api.release();

    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests.map(({ generation, status }) => [generation, status])).toEqual([
      [1, 401],
      [2, 200],
    ]);
  });

  it('even if the news of that refresh is still on the way', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    server.expireAccessTokens();
    const api = server.holdApi();
    const late = b.fetch(`${API}/late`);
    await api.arrived;
    const messages = holdMessages();
    await a.refresh();
    api.release();
    await until(() => server.apiRequests.length === 1);

    expect(await standing(late)).toBe('pending');
    messages.deliver();
    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a new tab is signed in without the network (P13)', () => {
  it('where another tab holds a valid token', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const first = await adasTab(server, { name });
    const calls: unknown[] = [];
    const second = openTab({ name, fetch: async (input) => Response.json(calls.push(input)) });
    const seen = record(second);

    expect(await second.restore()).toEqual(first.getState());
    expect(await second.getAccessToken()).toBe(await first.getAccessToken());
    await rest();
    expect(calls).toEqual([]);
    expect(seen).toEqual([{ name: 'signed-in', detail: { subject: 'ada' } }]);
  });

  it('its first request bears that token at once', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    await openTab({ name }).signIn(server.login('ada'));

    expect((await openTab({ name }).fetch(`${API}/orders`)).status).toBe(200);
    await rest();
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('where the others’ token has expired: one refresh, and its first request is answered', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const old = openTab({ name });
    show('hidden');
    await old.signIn(server.login('ada'));
    outliveToken();
    const response = openTab({ name }).fetch(`${API}/orders`);
    await pass(40);

    expect((await response).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests.map(({ user, generation }) => [user, generation])).toEqual([['ada', 2]]);
    await until(() => old.getState().status === 'signed-in');
    expect(await old.getAccessToken()).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(1);
  });

  it('six tabs opened at once with only the cookie: one refresh', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const tabs = openTabs(6);
    const states = Promise.all(tabs.map((tab) => tab.restore()));
    await pass(40);

    expect((await states).map(({ status }) => status)).toEqual(tabs.map(() => 'signed-in'));
    await pass(5_000);
    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });

  it('six visitors’ tabs without a cookie: each asks once, and none waits for the others', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = openTabs(6);
    const states = Promise.all(tabs.map((tab) => tab.restore()));
    await pass(40);

    expect(await states).toEqual(tabs.map(() => ({ status: 'signed-out', reason: 'no-session' })));
    expect(server.refreshCalls).toBe(6);
    expect(server.overlaps).toBe(0);
  });

  it('where another tab has just signed out: it stays signed out, without asking the server', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const first = await adasTab(server, { name, signOut: undefined });
    await first.signOut();
    const second = openTab({ name });

    expect(await second.restore()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    await rest();
    expect(server.refreshCalls).toBe(0);
  });
});

describe('any tab can refresh (P1, scenario 15)', () => {
  it('each tab in its turn, though the one that signed in is closed', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const first = await adasTab(server, { name });
    const others = [openTab({ name }), openTab({ name }), openTab({ name })];
    await Promise.all(others.map((tab) => tab.restore()));
    first.dispose();
    show('hidden');

    for (const [index, tab] of others.entries()) {
      const seen = record(tab);
      outliveToken();
      await tab.getAccessToken();
      await rest();
      expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
      expect(server.refreshCalls).toBe(index + 1);
      expect(others.map((other) => other.getState())).toEqual(others.map(() => tab.getState()));
    }
  });

  it('the tab that refreshes is closed in the middle: the cookie arrives, and another tab goes on', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    outliveToken();
    const refresh = server.holdRefresh();
    void a.refresh();
    await refresh.arrived;
    const token = b.getAccessToken();
    a.dispose();
    await rest();
    refresh.release();

    expect(await token).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });
});

describe('one waking (P1, P10, scenario 17)', () => {
  function wakeUp() {
    show('visible');
    focusWindow();
    goOnline();
    returnFromBackForwardCache();
  }

  it('several tabs get visibilitychange, focus, online and pageshow with an expired token: one refresh', async () => {
    stopClocks();
    const server = startAuthServer();
    show('hidden');
    const tabs = await adasTabs(server, 4);
    // Hidden tabs let it expire.
    await pass(61_000, 1_000);
    expect(server.refreshCalls).toBe(0);
    wakeUp();
    await until(() => server.refreshCalls > 0);
    wakeUp();
    await pass(5_000);

    expect(server.refreshCalls).toBe(1);
    expect(tabs.map((tab) => tab.getState())).toEqual(tabs.map(() => tabs[0]?.getState()));
  });

  it('with a token that is still good: none', async () => {
    stopClocks();
    const server = startAuthServer();
    await adasTabs(server, 4);
    jumpWallClock(10_000);
    wakeUp();
    await pass(1_000);

    expect(server.refreshCalls).toBe(0);
  });

  it('visible tabs refresh ahead of expiry once, though all of them watch the same moment', async () => {
    stopClocks();
    const server = startAuthServer();
    await adasTabs(server, 4);
    await pass(55_000, 500);

    expect(server.refreshCalls).toBe(1);
    expect(server.overlaps).toBe(0);
  });
});

describe('a lock that nobody lets go (P12, scenarios 12 and 13)', () => {
  it('the wait for it ends in a retryable error, and the user is still signed in', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const letGo = await holdLock(name);
    outliveToken();
    const response = auth.fetch(`${API}/orders`);
    const failure = failureOf(response);
    await pass(9_999);
    expect(await standing(response)).toBe('pending');
    await pass(1);

    expect(await failure).toBeInstanceOf(RefreshUnavailableError);
    expect(await failure).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.refreshCalls).toBe(0);

    void letGo();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('a token that is still valid goes on being used', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    await holdLock(name);
    // A refresh is due; the token is good for ten seconds more.
    jumpWallClock(50_000);
    const [first, second] = [auth.fetch(`${API}/orders`), auth.getAccessToken()];

    expect((await first).status).toBe(200);
    expect(await second).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(0);
  });

  it('nobody waits past the deadline, in any tab, whatever they called; and the lock is not stolen', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const lock = `silent-refresh:${name}`;
    const tabs = await adasTwoTabs(server, { name });
    await holdLock(name);
    const restoring = openTab({ name });
    outliveToken();

    const calls: Promise<unknown>[] = tabs.flatMap((tab) => [
      tab.fetch(`${API}/orders`),
      tab.fetch(`${API}/orders`, { method: 'POST', body: 'x' }),
      tab.getAccessToken(),
      tab.refresh(),
      tab.signIn(server.login('bob')),
    ]);
    calls.push(restoring.fetch(`${API}/orders`), restoring.getAccessToken());
    const errors = Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
    await pass(9_000);
    await pass(1_000);

    for (const error of await errors) expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    // Not even a word of a newer session, and still the stranger's.
    expect(await locksHeld(name)).toEqual([lock]);
    expect(server.refreshCalls).toBe(0);
    expect(tabs.map((tab) => tab.getState().status)).toEqual(['signed-in', 'signed-in']);
  });

  it('a page that loads meanwhile stays restoring, and gets there by itself once the lock is free', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const name = newBrowser();
    const letGo = await holdLock(name);
    const auth = openTab({ name });
    const failure = failureOf(auth.restore());
    await pass(10_000, 1_000);

    expect(await failure).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(auth.getState()).toEqual({ status: 'restoring' });
    void letGo();
    expect(await auth.restore()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('signing out doesn’t wait for it for ever either', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    await holdLock(name);
    const result = auth.signOut();

    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    await pass(10_000);
    // Whoever has the lock may bring a cookie yet.
    expect(await result).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(1);
  });

  it('signing out doesn’t wait for it where the page goes: the server is told at once, and once', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const letGo = await holdLock(name);
    const result = auth.signOut();
    await rest();
    expect(server.logouts).toBe(0);
    leave();
    await rest();
    expect(server.logouts).toBe(1);
    void letGo();

    expect(await result).toEqual({ serverConfirmed: false });
    leave();
    await rest();
    expect(server.logouts).toBe(1);
  });
});

describe('a message that comes later than the lock (P1)', () => {
  async function handOver() {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    outliveToken();
    const refresh = server.holdRefresh();
    const first = a.getAccessToken();
    await refresh.arrived;
    const second = b.getAccessToken();
    await rest();
    const messages = holdMessages();
    refresh.release();
    const token = await first;
    await rest();
    return { server, a, b, second, token, messages };
  }

  it('the next holder waits for it, instead of refreshing again', async () => {
    const { server, second, token, messages } = await handOver();
    expect(server.refreshCalls).toBe(1);
    expect(await standing(second)).toBe('pending');
    messages.deliver();

    expect(await second).toBe(token);
    await pass(5_000);
    expect(server.refreshCalls).toBe(1);
  });

  it('the next holder goes on by itself if it never comes', async () => {
    const { server, second, token, messages } = await handOver();
    messages.lose();
    await pass(1_000);

    const own = await second;
    expect(own).not.toBe(token);
    expect(server.refreshCalls).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a sign-in of another user that is still on the way: the next holder doesn’t use that user’s cookie', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    outliveToken();
    const messages = holdMessages();
    await a.signIn(server.login('bob'));
    const request = b.fetch(`${API}/orders`);
    const failure = failureOf(request);
    expect(await standing(request)).toBe('pending');
    messages.deliver();

    expect(await failure).toMatchObject({ code: 'session-changed' });
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toEqual([]);
  });

  it('a sign-in that couldn’t know of a sign-out elsewhere: the sign-out doesn’t delete the new user’s cookie', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    const messages = holdMessages();
    const login = gate();
    const signingIn = a.signIn(async () => {
      await login.opened;
      return server.login('bob')();
    });
    await rest();
    const signingOut = b.signOut();
    login.open();
    // Word of the sign-out is there: for a second its message is waited for.
    await pass(1_000);
    await signingIn;
    expect(await standing(signingOut)).toBe('pending');
    messages.deliver();

    expect(await signingOut).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(0);
    expect(b.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
  });

  it('it may come while the next holder looks whether there is one: the lock is let go at once', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = await adasTwoTabs(server, { name });
    outliveToken();
    const messages = holdMessages();
    const token = await a.getAccessToken();
    const query = navigator.locks.query.bind(navigator.locks);
    const looked = gate();
    const heard = gate();
    navigator.locks.query = async () => {
      const snapshot = await query();
      looked.open();
      await heard.opened;
      return snapshot;
    };
    const second = b.getAccessToken();
    await looked.opened;
    Reflect.deleteProperty(navigator.locks, 'query');
    messages.deliver();
    expect(await second).toBe(token);
    heard.open();
    await rest();

    expect(await locksHeld(name)).not.toContain(`silent-refresh:${name}`);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a server that wants to be left alone (P5)', () => {
  it('429 in one tab: the others make no call until it is over', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = openTabs(4);
    const [first, ...others] = tabs;
    await first?.signIn(server.login('ada'));
    await signedInEverywhere(...tabs);
    show('hidden');
    outliveToken();
    server.answerRefresh = () => new Response('{}', { status: 429, headers: { 'Retry-After': '60' } });
    await expect(first?.refresh()).rejects.toMatchObject({ code: 'refresh-unavailable', retryAfter: 60_000 });
    await rest();

    for (const tab of others) {
      const error = await failureOf(tab.getAccessToken());
      expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true, retryAfter: 60_000 });
      expect(tab.getState().status).toBe('signed-in');
    }
    expect(server.refreshCalls).toBe(1);

    server.answerRefresh = undefined;
    await pass(60_000);
    await Promise.all(tabs.map((tab) => tab.getAccessToken()));
    expect(server.refreshCalls).toBe(2);
  });

  it('a refresh that is rejected costs one call, and ends the session in every tab', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = await adasTabs(server, 4);
    server.revoke('ada');
    outliveToken();
    const failures = await Promise.all(tabs.map((tab) => tab.getAccessToken().catch((error: unknown) => error)));

    for (const failure of failures) expect(failure).toMatchObject({ code: 'session-expired', retryable: false });
    for (const tab of tabs) expect(tab.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(server.refreshCalls).toBe(1);
  });
});

describe('tabs: false', () => {
  it('shares nothing: no message, no lock, no waiting for others', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const heard: unknown[] = [];
    const listener = new BroadcastChannel(`silent-refresh:${name}`);
    listener.onmessage = ({ data }) => heard.push(data);
    const [alone, other] = [openTab({ name, tabs: false }), openTab({ name, tabs: false })];
    await alone.signIn(server.login('ada'));
    const letGo = await holdLock(name);
    await alone.refresh();
    const refresh = server.holdRefresh();
    const again = alone.refresh();
    await refresh.arrived;

    // The other's alone.
    expect(await locksHeld(name)).toEqual([`silent-refresh:${name}`]);
    refresh.release();
    await again;
    await rest();
    expect(heard).toEqual([]);
    expect(other.getState()).toEqual({ status: 'restoring' });
    void letGo();
    listener.close();
  });
});

describe('a slow, older answer (P6, scenario 8)', () => {
  it('doesn’t replace the newer session', async () => {
    const { server, auth } = await signedIn();
    const held = server.holdRefresh();
    const slow = auth.refresh();
    await held.arrived;
    // Ada signs in anew while the refresh is under way.
    await auth.setSession(server.signIn('ada'));
    const newer = await auth.getAccessToken();
    held.release();
    await slow;
    await rest();

    expect(await auth.getAccessToken()).toBe(newer);
  });
});
