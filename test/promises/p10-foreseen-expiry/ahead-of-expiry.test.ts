/** P10: a visible tab refreshes ahead of expiry, a hidden one only on demand. */

import type { AuthClientOptions } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../given/durations.ts';
import { generationsOf } from '../../given/received.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { goOnline, returnFromBackForwardCache, show } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('a visible tab refreshes ahead of expiry (P10)', () => {
  it.each<[string, number, number, Partial<AuthClientOptions>, number]>([
    ['a lifetime of an hour: 30 s ahead', 3_600, 0.999, {}, 3_570],
    ['… or a fifth of that later, so that not all tabs wake at once', 3_600, 0, {}, 3_576],
    ['a lifetime of a minute: a fifth of it ahead', 60, 0.999, {}, 48],
    ['… or a fifth of that later', 60, 0, {}, 50.4],
    ['`refreshAhead`: five minutes ahead', 3_600, 0.999, { refreshAhead: 5 * MINUTE }, 3_300],
    ['… or a fifth of that later', 3_600, 0, { refreshAhead: 5 * MINUTE }, 3_360],
    ['`refreshAhead` of more than a fifth of the lifetime: a fifth', 60, 0.999, { refreshAhead: HOUR }, 48],
    ['`refreshAhead` of 0: when it expires', 60, 0.999, { refreshAhead: 0 }, 60],
  ])('a visible tab refreshes in time: %s', async (_, lifetime, random, options, seconds) => {
    server.lifetime = lifetime;
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const auth = await adasTab(server, options);
    const events = record(auth);
    // A thousandth of jitter, to be on the safe side of 0.999.
    const tolerance = 300;
    await pass(seconds * SECOND - tolerance, 10 * SECOND);
    expect(server.refreshCalls).toBe(0);
    await pass(2 * tolerance);
    await until(() => events.length > 0);
    expect(events).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a visible tab refreshes again and again, and no request waits', async () => {
    const auth = await adasTab(server);
    for (let request = 0; request < 60; request++) {
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      await pass(10 * SECOND, SECOND);
    }
    expect(server.apiRequests).toHaveLength(60);
    expect(server.refreshCalls).toBeGreaterThanOrEqual(11);
    expect(server.refreshCalls).toBeLessThanOrEqual(13);
    expect(server.reuseAlarms).toBe(0);
  });

  it('each measure of earliness is drawn anew', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const auth = await adasTab(server);
    random.mockReturnValue(0);
    await auth.refresh();
    await pass(50_000);
    expect(server.refreshCalls).toBe(1);
    await pass(401);
    await until(() => server.refreshCalls === 2);
  });

  it('an opaque token without expires_in is never refreshed ahead', async () => {
    server.opaque = true;
    server.shape = (token) => ({ access_token: token });
    server.lifetime = 10 * 366 * 24 * 3_600;
    const auth = await adasTab(server);
    for (let month = 0; month < 12; month++) {
      await pass(30 * DAY);
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    }
    expect(server.refreshCalls).toBe(0);
  });

  it.each([1, 2])('a lifetime of %i s causes no endless refreshes', async (lifetime) => {
    server.lifetime = lifetime;
    const auth = await adasTab(server);
    await pass(20 * SECOND, 100);
    expect(server.refreshCalls).toBeGreaterThan(0);
    // Ahead of expiry by a fifth at most.
    expect(server.refreshCalls).toBeLessThanOrEqual(Math.ceil(20 / (lifetime * 0.8)));
    const calls = server.refreshCalls;
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    await rest();
    expect(server.refreshCalls).toBeLessThanOrEqual(calls + 1);
  });

  it('nothing is refreshed once signed out', async () => {
    const auth = await adasTab(server);
    await auth.signOut();
    await pass(HOUR, MINUTE);
    goOnline();
    show('visible');
    expect(server.refreshCalls).toBe(0);
  });
});

describe('a hidden tab refreshes on demand only', () => {
  it('a hidden tab never refreshes by itself, not even on waking', async () => {
    await adasTab(server);
    show('hidden');
    for (let hour = 0; hour < 8; hour++) {
      await pass(HOUR, MINUTE);
      goOnline();
      returnFromBackForwardCache();
    }
    await rest();
    expect(server.refreshCalls).toBe(0);
  });

  it('a tab opened in the background doesn’t begin to refresh', async () => {
    show('hidden');
    await adasTab(server);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(0);
  });

  it('nor does a worker, which nobody sees', async () => {
    const { document } = globalThis;
    const auth = await adasTab(server);
    Object.assign(globalThis, { document: undefined });
    // The plan of then sees the worker of now.
    await pass(HOUR, MINUTE).finally(() => Object.assign(globalThis, { document }));
    expect(server.refreshCalls).toBe(0);
    auth.dispose();
  });

  it('a request in a hidden tab waits for one refresh', async () => {
    const auth = await adasTab(server);
    show('hidden');
    await pass(HOUR, MINUTE);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('a tab that becomes visible refreshes an expired token at once', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    show('hidden');
    await pass(HOUR, MINUTE);
    show('visible');
    await until(() => events.some(({ name }) => name === 'refreshed'));
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a tab that becomes visible keeps to the schedule otherwise', async () => {
    await adasTab(server);
    show('hidden');
    await pass(30 * SECOND);
    show('visible');
    await rest();
    expect(server.refreshCalls).toBe(0);
    await pass(21 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(1);
  });

  it('a burst of wakings is one refresh', async () => {
    await adasTab(server);
    show('hidden');
    await pass(HOUR, MINUTE);
    show('visible');
    goOnline();
    returnFromBackForwardCache();
    show('visible');
    goOnline();
    await rest();
    await pass(10 * SECOND);
    expect(server.refreshCalls).toBe(1);
  });
});
