/** P10: no request waits for an expiry that could be foreseen, whatever clocks and timers do. */

import type { AuthClientOptions } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../given/durations.ts';
import { generationsOf } from '../../given/received.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpMonotonicClock, jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { goOnline, returnFromBackForwardCache, show } from '../../world/page.ts';
import { openTab, record } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

const LONGEST_TIMER = 2 ** 31 - 1;

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
  ])('%s', async (_, lifetime, random, options, seconds) => {
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

  it('again and again, once each time, and no request ever meets a 401 or waits', async () => {
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

  it('an opaque token without expires_in: nothing is foreseen, and nothing is sent', async () => {
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

  it.each([1, 2])('a lifetime of %i s is no reason to spin', async (lifetime) => {
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

  it('signed out, there is nothing to refresh', async () => {
    const auth = await adasTab(server);
    await auth.signOut();
    await pass(HOUR, MINUTE);
    goOnline();
    show('visible');
    expect(server.refreshCalls).toBe(0);
  });
});

describe('a hidden tab refreshes on demand only (24)', () => {
  it('never by itself, not even on waking, for hours', async () => {
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

  it('opened in the background, it doesn’t begin to', async () => {
    show('hidden');
    await adasTab(server);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(0);
  });

  it('a request in it waits for one refresh, and is answered', async () => {
    const auth = await adasTab(server);
    show('hidden');
    await pass(HOUR, MINUTE);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('becoming visible, it looks: an expired token is refreshed before anybody asks', async () => {
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

  it('becoming visible with a token that is still good, it keeps to the schedule', async () => {
    await adasTab(server);
    show('hidden');
    await pass(30 * SECOND);
    show('visible');
    await rest();
    expect(server.refreshCalls).toBe(0);
    await pass(21 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(1);
  });

  it('a burst of wakings is one refresh (17)', async () => {
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

describe('timers are only hints (18)', () => {
  const sleeps: [string, (ms: number) => void][] = [
    ['the wall clock jumps, the monotonic clock stood still', jumpWallClock],
    ['the monotonic clock went on, the wall clock stood still', jumpMonotonicClock],
  ];

  it.each(sleeps)('after 8 h of sleep the first request succeeds, with a fresh token; %s', async (_, sleep) => {
    // The server never slept.
    const start = Date.now();
    let slept = 0;
    server.setClock(() => start + slept);
    const auth = await adasTab(server);
    sleep(8 * HOUR);
    slept = 8 * HOUR;

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
    expect(server.refreshCalls).toBe(1);
    // The timer of before the sleep comes late, and finds nothing to do.
    await pass(30 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(1);
  });

  it.each(sleeps)('getAccessToken() after sleep never gives an expired token (30); %s', async (_, sleep) => {
    const auth = await adasTab(server);
    const before = await auth.getAccessToken();
    sleep(8 * HOUR);
    expect(await auth.getAccessToken()).not.toBe(before);
    expect(server.refreshCalls).toBe(1);
  });

  it.each<[string, () => void]>([
    ['visibilitychange', () => show('visible')],
    ['resume', () => document.dispatchEvent(new Event('resume'))],
    ['pageshow', returnFromBackForwardCache],
    ['online', goOnline],
  ])('%s looks again at once', async (_, wake) => {
    const auth = await adasTab(server);
    const events = record(auth);
    jumpWallClock(8 * HOUR);
    await rest();
    expect(server.refreshCalls).toBe(0);
    wake();
    await until(() => events.some(({ name }) => name === 'refreshed'));
    expect(server.refreshCalls).toBe(1);
  });

  it('a session that ended during the sleep is found to be over, once', async () => {
    const auth = await adasTab(server);
    server.revoke('ada');
    jumpWallClock(8 * HOUR);
    show('visible');
    await until(() => auth.getState().status === 'signed-out');
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('wrong clocks change nothing (21)', () => {
  const shapes: [string, AuthServer['shape']][] = [
    ['expires_in', (token, lifetime) => ({ access_token: token, expires_in: lifetime })],
    ['a JWT’s iat and exp only', (token) => ({ access: token })],
  ];
  const offsets: [string, number][] = [
    ['a day ahead', DAY],
    ['a day behind', -DAY],
  ];
  const cases = shapes.flatMap(([by, shape]) => offsets.map(([clock, off]) => ({ by, shape, clock, off })));

  it.each(cases)('this machine’s clock is $clock, lifetimes by $by: restore and refresh, each once', async (row) => {
    server.shape = row.shape;
    server.setClock(() => Date.now() - row.off);
    server.signIn('ada');
    const auth = openTab();
    const orders = auth.fetch(`${API}/orders`);
    await pass(40);
    expect((await orders).status).toBe(200);
    await pass(47 * SECOND, SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);

    await pass(4 * SECOND, SECOND);
    await until(() => server.refreshCalls === 2);
    await pass(20 * SECOND, SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2, 2, 3]);
    expect(server.refreshCalls).toBe(2);
  });

  it.each(cases)('… an expired token is never sent: clock $clock, by $by', async (row) => {
    server.shape = row.shape;
    server.setClock(() => Date.now() - row.off);
    const auth = await adasTab(server);
    show('hidden');
    await pass(56 * SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
  });

  it('the clock is set a day back after receipt: no extra refresh, and none is missed', async () => {
    // With the most of jitter twice, the second one would come after the end.
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const start = performance.now();
    const begin = Date.now();
    server.setClock(() => begin + performance.now() - start);
    const auth = await adasTab(server);
    jumpWallClock(-DAY);
    for (let request = 0; request < 10; request++) {
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      await pass(10 * SECOND, SECOND);
    }
    expect(server.apiRequests).toHaveLength(10);
    expect(server.refreshCalls).toBe(2);
  });

  it('the clock is set a day forward after receipt: one refresh, as after sleep, then none', async () => {
    const start = performance.now();
    const begin = Date.now();
    server.setClock(() => begin + performance.now() - start);
    const auth = await adasTab(server);
    jumpWallClock(DAY);
    for (let request = 0; request < 4; request++) {
      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      await pass(10 * SECOND, SECOND);
    }
    expect(server.refreshCalls).toBe(1);
    expect(generationsOf(server)).toEqual([2, 2, 2, 2]);
  });

  it('a pause after a failure survives a clock set back', async () => {
    const auth = await adasTab(server);
    show('hidden');
    server.answerRefresh = () => Response.json({}, { status: 429, headers: { 'Retry-After': '3600' } });
    await auth.refresh().catch(() => {});
    jumpWallClock(-DAY);
    server.answerRefresh = undefined;
    await pass(HOUR - MINUTE);
    await expect(auth.refresh()).rejects.toMatchObject({ code: 'refresh-unavailable', retryAfter: MINUTE });
    await pass(MINUTE);
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(server.refreshCalls).toBe(2);
  });
});

describe('a lifetime of a century doesn’t overflow (22)', () => {
  it.each<[string, AuthServer['shape']]>([
    ['expires_in', (token) => ({ access_token: token, expires_in: 3_155_760_000 })],
    ['expires_in of 25 days', (token) => ({ access_token: token, expires_in: 25 * 24 * 3_600 })],
    ['none at all', (token) => ({ access_token: token })],
  ])('%s: no immediate refresh, and no timer beyond 24.8 days', async (_, shape) => {
    server.opaque = true;
    server.shape = shape;
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await adasTab(server);
    await rest();
    const delays = timers.mock.calls.map(([, ms]) => ms ?? 0);
    timers.mockRestore();

    expect(delays.length).toBeGreaterThan(0);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(LONGEST_TIMER);
    await pass(24 * DAY, 8 * DAY);
    expect(server.refreshCalls).toBe(0);
  });

  it('a lifetime of 40 days: the timer is set again on the way, and the refresh comes in time', async () => {
    server.opaque = true;
    server.lifetime = 40 * 24 * 3_600;
    const auth = await adasTab(server);
    await pass(40 * DAY - MINUTE, DAY);
    expect(server.refreshCalls).toBe(0);
    await pass(40 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(1);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a Retry-After of a century doesn’t overflow either', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const auth = await adasTab(server);
    server.answerRefresh = () => Response.json({}, { status: 429, headers: { 'Retry-After': '3155760000' } });
    await auth.refresh().catch(() => {});
    const delays = timers.mock.calls.map(([, ms]) => ms ?? 0);
    timers.mockRestore();

    for (const delay of delays) expect(delay).toBeLessThanOrEqual(LONGEST_TIMER);
    await pass(DAY, HOUR);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('what a request does near the expiry (P10)', () => {
  /** No timer of the tab helps: what happens, the requests cause. */
  async function hidden(options?: Partial<AuthClientOptions>) {
    const auth = await adasTab(server, options);
    show('hidden');
    return auth;
  }

  it('long before it: sends, and refreshes nothing', async () => {
    const auth = await hidden();
    await pass(47 * SECOND);
    await auth.fetch(`${API}/orders`);
    await rest();
    expect(server.refreshCalls).toBe(0);
  });

  it('within the window: is sent at once, while the refresh goes on behind it', async () => {
    const auth = await hidden();
    const held = server.holdRefresh();
    await pass(50 * SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([1]);
    await held.arrived;
    const state = auth.getState();
    held.release();
    await until(() => auth.getState() !== state);
    await auth.fetch(`${API}/orders`);
    expect(generationsOf(server)).toEqual([1, 2]);
    expect(server.refreshCalls).toBe(1);
  });

  it('about to expire on the way: waits for the refresh, and is sent once', async () => {
    const auth = await hidden();
    const held = server.holdRefresh();
    await pass(56 * SECOND);
    const orders = auth.fetch(`${API}/orders`);
    await held.arrived;
    expect(await standing(orders)).toBe('pending');
    expect(server.apiRequests).toEqual([]);
    held.release();
    expect((await orders).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
  });

  it.each([4, 3, 2])('with %i s left of a token, callers wait half of that at most', async (left) => {
    const auth = await hidden();
    const today = await auth.getAccessToken();
    const held = server.holdRefresh();
    await pass((60 - left) * SECOND);
    const orders = auth.fetch(`${API}/orders`);
    const token = auth.getAccessToken();
    await held.arrived;
    await pass((left / 2) * SECOND);

    expect(await standing(orders)).toBe('fulfilled');
    expect((await orders).status).toBe(200);
    expect(await standing(token)).toBe('fulfilled');
    expect(await token).toBe(today);
    expect(generationsOf(server)).toEqual([1]);
    held.release();
    await rest();
  });

  it('a request that did not wait for a late answer leaves it to others', async () => {
    const auth = await hidden();
    const held = server.holdRefresh();
    await pass(56 * SECOND);
    const orders = auth.fetch(`${API}/orders`);
    await held.arrived;
    await pass(2 * SECOND);
    expect(await standing(orders)).toBe('fulfilled');
    const state = auth.getState();
    held.release();
    await until(() => auth.getState() !== state);
    await auth.fetch(`${API}/orders`);
    expect(generationsOf(server)).toEqual([1, 2]);
    expect(server.refreshCalls).toBe(1);
  });

  it('minValidity: waits where the token won’t last that long', async () => {
    const auth = await hidden();
    await pass(30 * SECOND);
    const today = await auth.getAccessToken({ minValidity: 29 * SECOND });
    expect(server.refreshCalls).toBe(0);
    await pass(2 * SECOND);
    expect(await auth.getAccessToken({ minValidity: 29 * SECOND })).not.toBe(today);
    expect(server.refreshCalls).toBe(1);
  });

  it('a minValidity longer than tokens live doesn’t refresh at each call: half the lifetime counts', async () => {
    const auth = await hidden();
    for (let call = 0; call < 10; call++) await auth.getAccessToken({ minValidity: HOUR });
    expect(server.refreshCalls).toBe(0);
    await pass(31 * SECOND);
    for (let call = 0; call < 10; call++) await auth.getAccessToken({ minValidity: HOUR });
    expect(server.refreshCalls).toBe(1);
  });

  it('a hundred requests in the window cost one refresh', async () => {
    const auth = await hidden();
    await pass(50 * SECOND);
    const held = server.holdRefresh();
    const responses = await Promise.all(Array.from({ length: 100 }, (_, i) => auth.fetch(`${API}/${i}`)));
    expect(responses.every(({ ok }) => ok)).toBe(true);
    held.release();
    await rest();
    expect(server.refreshCalls).toBe(1);
  });
});
