/** `restore()`: the silent sign-in at page load, and what becomes of it where the server can’t be reached. */

import { RefreshUnavailableError } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HOUR, MINUTE } from '../given/durations.ts';
import { failureOf } from '../given/failures.ts';
import { holdLock } from '../given/held-locks.ts';
import { othersStaySilent } from '../given/new-tab.ts';
import { times } from '../given/times.ts';
import { offline, outages } from '../given/token-answers.ts';
import { API, type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../world/clocks.ts';
import { goOnline, show } from '../world/page.ts';
import { newBrowser, openTab, record } from '../world/tabs.ts';
import { rest, until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('restore()', () => {
  it('restore() signs in silently where the server knows the cookie', async () => {
    server.signIn('ada');
    const auth = openTab();
    const events = record(auth);
    const restored = auth.restore();
    await othersStaySilent();
    expect(await restored).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(await restored).toBe(auth.getState());
    expect(events).toEqual([{ name: 'signed-in', detail: { subject: 'ada' } }]);
  });

  it('restore() goes on where the page stood still while it asked the other tabs', async () => {
    server.signIn('ada');
    const auth = openTab();
    const restored = auth.restore();
    await rest();
    jumpWallClock(11_000);
    await othersStaySilent();

    expect(await restored).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('restore() finds an anonymous visitor signed out with one call', async () => {
    const auth = openTab();
    const events = record(auth);
    const restored = auth.restore();
    await othersStaySilent();
    expect(await restored).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(await auth.restore()).toBe(await restored);
    expect(events).toEqual([]);
    expect(server.refreshCalls).toBe(1);
  });

  it('restore(), fetches and getAccessToken() share one refresh', async () => {
    server.signIn('ada');
    const auth = openTab();
    const states = times(55, () => auth.restore());
    const responses = times(55, () => auth.fetch(`${API}/orders`));
    const token = auth.getAccessToken();
    await othersStaySilent();

    expect(new Set(await Promise.all(states)).size).toBe(1);
    expect((await Promise.all(responses)).every(({ ok }) => ok)).toBe(true);
    expect(await token).toEqual(expect.any(String));
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(55);
  });

  it('a first fetch restores by itself, and bears the token', async () => {
    server.signIn('ada');
    const auth = openTab();
    const orders = auth.fetch(`${API}/orders`);
    await othersStaySilent();
    expect((await orders).status).toBe(200);
    expect(server.apiRequests).toHaveLength(1);
    expect(auth.getState().status).toBe('signed-in');
  });

  it.each(outages)('restore() rejects, stays `restoring`, and goes on by itself: %s', async (_, answer) => {
    server.signIn('ada');
    server.answerRefresh = answer;
    const auth = openTab({ refreshTimeout: 500 });
    const events = record(auth);
    const restored = failureOf(auth.restore());
    await othersStaySilent();
    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    const offline = { status: 'restoring', error: { code: 'refresh-unavailable', retryable: true } };
    expect(auth.getState()).toEqual(offline);
    await pass(MINUTE, 500);
    expect(auth.getState()).toEqual(offline);

    server.answerRefresh = undefined;
    await pass(31_000, 500);
    await until(() => auth.getState().status === 'signed-in');
    expect(events.at(-1)?.name).toBe('signed-in');
    expect(events.slice(0, -1).every(({ name }) => name === 'refresh-failed')).toBe(true);
  });

  it('a page loaded offline is signed in once the network returns', async () => {
    server.signIn('ada');
    server.answerRefresh = offline;
    const auth = openTab();
    const restored = failureOf(auth.restore());
    await othersStaySilent();
    await restored;
    server.answerRefresh = undefined;
    goOnline();
    await othersStaySilent();
    await until(() => auth.getState().status === 'signed-in');
    expect(server.refreshCalls).toBe(2);
  });

  it('a restore whose answer never comes goes on by itself', async () => {
    const refresh = vi.fn(async () => server.signIn('ada'));
    // Deaf to its signal, too.
    refresh.mockImplementationOnce(() => new Promise(() => {}));
    const auth = openTab({ refresh });
    const restored = failureOf(auth.restore());
    await pass(11_000, 1_000);
    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    await pass(MINUTE, 1_000);
    await until(() => auth.getState().status === 'signed-in');
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('a restore goes on by itself once a frozen tab wakes', async () => {
    server.signIn('ada');
    const name = newBrowser();
    const wake = await holdLock(name);
    const auth = openTab({ name });
    const restored = failureOf(auth.restore());
    await pass(HOUR, 10_000);
    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    expect(server.refreshCalls).toBe(0);
    void wake();
    await pass(20_000, 1_000);
    await until(() => auth.getState().status === 'signed-in');
    expect(server.refreshCalls).toBe(1);
  });

  it('a fetch that waited for a restore in vain isn’t sent', async () => {
    server.answerRefresh = offline;
    const auth = openTab();
    const orders = failureOf(auth.fetch(`${API}/orders`));
    await othersStaySilent();
    expect(await orders).toBeInstanceOf(RefreshUnavailableError);
    expect(server.apiRequests).toEqual([]);
  });

  it('a rejected restore() that nobody handles is no unhandled rejection', async () => {
    server.answerRefresh = offline;
    const auth = openTab();
    void auth.restore();
    await othersStaySilent();
    void auth.refresh();
    await pass(10_000, 1_000);
    expect(auth.getState().status).toBe('restoring');
  });

  it('nothing is sent before anybody asks', async () => {
    server.signIn('ada');
    const auth = openTab();
    goOnline();
    show('visible');
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(0);
    expect(auth.getState().status).toBe('restoring');
  });
});
