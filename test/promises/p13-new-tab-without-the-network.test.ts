/** P13: a new tab is signed in without the network where another one is, and is not too busy to answer. */

import { describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { outliveToken } from '../given/expired-token.ts';
import { othersStaySilent } from '../given/new-tab.ts';
import { API, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { newBrowser, openTab, openTabs, record } from '../world/tabs.ts';
import { rest, until } from '../world/waiting.ts';

describe('a new tab is signed in without the network (P13)', () => {
  it('a new tab takes over another tab’s valid token', async () => {
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

  it('a new tab that another one has answered takes no turn', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    await adasTab(server, { name });
    const request = vi.spyOn(navigator.locks, 'request');
    await openTab({ name }).restore();
    await rest();

    expect(request.mock.calls.map(([lock]) => lock)).toEqual([]);
  });

  it('a new tab’s first request bears another tab’s token at once', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    await openTab({ name }).signIn(server.login('ada'));

    expect((await openTab({ name }).fetch(`${API}/orders`)).status).toBe(200);
    await rest();
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('a new tab refreshes once where the others’ token has expired', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const old = openTab({ name });
    show('hidden');
    await old.signIn(server.login('ada'));
    outliveToken();
    const response = openTab({ name }).fetch(`${API}/orders`);
    await othersStaySilent();

    expect((await response).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests.map(({ user, generation }) => [user, generation])).toEqual([['ada', 2]]);
    await until(() => old.getState().status === 'signed-in');
    expect(await old.getAccessToken()).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(1);
  });

  it('six tabs opened at once with only the cookie refresh once', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const tabs = openTabs(6);
    const states = Promise.all(tabs.map((tab) => tab.restore()));
    await othersStaySilent();

    expect((await states).map(({ status }) => status)).toEqual(tabs.map(() => 'signed-in'));
    await pass(5_000);
    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });

  it('six visitors’ tabs without a cookie ask once each', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = openTabs(6);
    const states = Promise.all(tabs.map((tab) => tab.restore()));
    await othersStaySilent();

    expect(await states).toEqual(tabs.map(() => ({ status: 'signed-out', reason: 'no-session' })));
    expect(server.refreshCalls).toBe(6);
    expect(server.overlaps).toBe(0);
  });

  it('a new tab stays signed out where another has just signed out', async () => {
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
