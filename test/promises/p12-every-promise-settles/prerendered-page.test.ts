/** P12 in a page that Chromium loads before anybody asks for it: nothing is asked, locked or timed until it is shown. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { MINUTE } from '../../given/durations.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openRawChannel } from '../../world/messages.ts';
import { activate, goOnline, prerender } from '../../world/page.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

const standings = (...promises: Promise<unknown>[]) => Promise.all(promises.map(standing));
let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  server.lifetime = 3_600;
});

describe('a page that is prerendered', () => {
  it('a prerendered page asks no server or tab, and takes no lock', async () => {
    server.signIn('ada');
    const name = newBrowser();
    const others = openRawChannel(name);
    const lock = vi.spyOn(navigator.locks, 'request');
    prerender();
    const auth = openTab({ name });
    const calls = [auth.restore(), auth.fetch(`${API}/orders`), auth.getAccessToken(), auth.refresh()] as const;
    for (const call of calls) call.catch(() => {});
    await pass(5 * MINUTE, MINUTE);
    goOnline();
    await pass(MINUTE);

    expect(await standings(...calls)).toEqual(['pending', 'pending', 'pending', 'pending']);
    expect(others.heard).toEqual([]);
    expect(lock).not.toHaveBeenCalled();
    expect([server.refreshCalls, server.apiRequests]).toEqual([0, []]);
    others.close();
  });

  it('all that waited in a prerendered page goes on once it shows', async () => {
    server.signIn('ada');
    prerender();
    const auth = openTab();
    const calls = [auth.restore(), auth.getAccessToken(), auth.refresh()] as const;
    const request = auth.fetch(`${API}/orders`);
    await pass(5 * MINUTE, MINUTE);
    expect(await standing(request)).toBe('pending');
    activate();
    await othersStaySilent();

    expect(await calls[0]).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(await calls[1]).toBe(await auth.getAccessToken());
    expect(await calls[2]).toMatchObject({ subject: 'ada' });
    expect((await request).status).toBe(200);
    expect(server).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
  });

  it('a prerendered page gets its token from another tab once it shows', async () => {
    const name = newBrowser();
    const other = await adasTab(server, { name });
    prerender();
    const auth = openTab({ name });
    const request = auth.fetch(`${API}/orders`);
    await pass(5 * MINUTE, MINUTE);
    expect(await standing(request)).toBe('pending');
    activate();
    await othersStaySilent();

    expect((await request).status).toBe(200);
    expect(await auth.getAccessToken()).toBe(await other.getAccessToken());
    expect(server.refreshCalls).toBe(0);
  });

  it('a prerendered page counts its deadlines from when it shows', async () => {
    server.signIn('ada');
    prerender();
    const auth = openTab();
    const hold = server.holdRefresh();
    const request = auth.fetch(`${API}/orders`);
    request.catch(() => {});
    await pass(5 * MINUTE, MINUTE);
    activate();
    await pass(9_900, 100);
    expect([await standing(request), server.refreshCalls]).toEqual(['pending', 1]);
    hold.release();

    expect((await request).status).toBe(200);
  });

  it('a prerendered page’s request fails in time once the page shows', async () => {
    server.signIn('ada');
    prerender();
    const auth = openTab();
    const hold = server.holdRefresh();
    const failure = failureOf(auth.fetch(`${API}/orders`));
    await pass(5 * MINUTE, MINUTE);
    activate();
    await pass(10_100, 100);

    expect(await failure).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(server.refreshCalls).toBe(1);
    hold.release();
    await rest();
  });

  it.each<[string, (auth: AuthClient, login: () => Promise<object>) => Promise<unknown>, unknown]>([
    ['a sign-in', (auth, login) => auth.signIn(login), { subject: 'bob' }],
    ['a sign-out', (auth) => auth.signOut(), { serverConfirmed: true }],
  ])('%s in a prerendered page waits until that shows', async (_, act, result) => {
    server.signIn('ada');
    const name = newBrowser();
    const others = openRawChannel(name);
    prerender();
    const auth = openTab({ name });
    const login = vi.fn(server.login('bob'));
    const acting = act(auth, login);
    acting.catch(() => {});
    await pass(5 * MINUTE, MINUTE);
    expect(await standing(acting)).toBe('pending');
    expect([login.mock.calls.length, server.logouts, others.heard]).toEqual([0, 0, []]);
    activate();
    await othersStaySilent();

    expect(await acting).toMatchObject(result as object);
    expect(login.mock.calls.length + server.logouts).toBe(1);
    others.close();
  });

  it('a prerendered page’s sign-out reaches the other tabs once it shows', async () => {
    const name = newBrowser();
    const other = await adasTab(server, { name });
    prerender();
    const auth = openTab({ name });
    await pass(1);
    const result = auth.signOut();
    await pass(MINUTE);
    expect(other.getState().status).toBe('signed-in');
    activate();
    await othersStaySilent();

    expect(await result).toEqual({ serverConfirmed: true });
    await until(() => other.getState().status === 'signed-out', 'the other tab is signed out');
    expect(server.cookie).toBeUndefined();
  });

  it('a prerendered page’s session reaches the other tabs once it shows', async () => {
    const name = newBrowser();
    const others = openRawChannel(name);
    const other = openTab({ name });
    await rest();
    prerender();
    const auth = openTab({ name });
    const entering = auth.setSession(server.signIn('ada'));
    entering.catch(() => {});
    await pass(MINUTE);
    expect(others.heard).toEqual([]);
    activate();
    await othersStaySilent();

    expect(await entering).toMatchObject({ subject: 'ada' });
    await until(() => other.getState().status === 'signed-in', 'the other tab has heard of it');
    others.close();
  });

  it('a prerendered page frees a caller who leaves', async () => {
    prerender();
    const auth = openTab();
    const leave = new AbortController();
    const calls = [
      auth.fetch(`${API}/orders`, { signal: leave.signal }),
      auth.getAccessToken({ signal: leave.signal }),
    ].map(failureOf);
    await rest();
    leave.abort(new Error('gone'));

    for (const error of await Promise.all(calls)) expect(error).toEqual(new Error('gone'));
  });

  it('dispose() frees all who wait in a prerendered page', async () => {
    prerender();
    const auth = openTab();
    const calls = [auth.restore(), auth.fetch(`${API}/orders`), auth.signIn(server.login('ada'))];
    const ends = calls.map(reasonOf);
    await rest();
    auth.dispose();
    await Promise.all(ends);
    activate();
    await pass(MINUTE, 1_000);

    expect([server.refreshCalls, server.apiRequests]).toEqual([0, []]);
  });
});
