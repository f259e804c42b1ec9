/** P12: whoever keeps the lock, a frozen tab or another script, keeps nobody waiting for ever. */

import { RefreshUnavailableError } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { holdLock, locksHeld } from '../../given/held-locks.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { leave } from '../../world/page.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';
import { rest, standing } from '../../world/waiting.ts';

describe('a lock that nobody lets go (P12)', () => {
  it('the wait for a lock ends in a retryable error', async () => {
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

  it('whoever waits looks each second at who holds the lock, and no longer than they wait', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const letGo = await holdLock(name);
    outliveToken();
    await rest();
    const query = vi.spyOn(navigator.locks, 'query');
    const token = auth.getAccessToken();
    await pass(999);
    expect(query).not.toHaveBeenCalled();
    // It makes Chromium throw away a page that holds the lock in its back/forward cache.
    await pass(2_001);
    expect(query).toHaveBeenCalledTimes(3);
    void letGo();
    expect(await token).toMatch(/^ey/);
    query.mockClear();
    await pass(5_000);

    expect(query).not.toHaveBeenCalled();
  });

  it('a valid token is used though somebody keeps the lock', async () => {
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

  it('nobody waits for a lock past the deadline, or steals it', async () => {
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

  it('a page that waits for a lock at load gets there later', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const name = newBrowser();
    const letGo = await holdLock(name);
    const auth = openTab({ name });
    const failure = failureOf(auth.restore());
    await pass(10_000, 1_000);

    expect(await failure).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(auth.getState()).toMatchObject({ status: 'restoring', error: { retryable: true } });
    void letGo();
    expect(await auth.restore()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('a sign-out doesn’t wait for a lock for ever', async () => {
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

  it('a sign-out is sent at once where its page goes', async () => {
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
