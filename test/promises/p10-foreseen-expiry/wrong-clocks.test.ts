/** P10: wrong clocks and endless lifetimes change nothing. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../given/durations.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { generationsOf } from '../../given/received.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { openTab } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

const LONGEST_TIMER = 2 ** 31 - 1;
let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('wrong clocks change nothing', () => {
  const shapes: [string, AuthServer['shape']][] = [
    ['expires_in', (token, lifetime) => ({ access_token: token, expires_in: lifetime })],
    ['a JWT’s iat and exp only', (token) => ({ access: token })],
  ];
  const offsets: [string, number][] = [
    ['a day ahead', DAY],
    ['a day behind', -DAY],
  ];
  const cases = shapes.flatMap(([by, shape]) => offsets.map(([clock, off]) => ({ by, shape, clock, off })));

  it.each(cases)('a clock $clock costs no further refresh, with lifetimes by $by', async (row) => {
    server.shape = row.shape;
    server.setClock(() => Date.now() - row.off);
    server.signIn('ada');
    const auth = openTab();
    const orders = auth.fetch(`${API}/orders`);
    await othersStaySilent();
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

  it.each(cases)('an expired token is never sent, the clock being $clock: $by', async (row) => {
    server.shape = row.shape;
    server.setClock(() => Date.now() - row.off);
    const auth = await adasTab(server);
    show('hidden');
    await pass(56 * SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
  });

  it('a clock set a day back costs no refresh too many', async () => {
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

  it('a clock set a day forward costs one refresh, as sleep does', async () => {
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

describe('a lifetime of a century doesn’t overflow', () => {
  it.each<[string, AuthServer['shape']]>([
    ['expires_in', (token) => ({ access_token: token, expires_in: 3_155_760_000 })],
    ['expires_in of 25 days', (token) => ({ access_token: token, expires_in: 25 * 24 * 3_600 })],
    ['none at all', (token) => ({ access_token: token })],
  ])('a lifetime beyond the longest timer causes no immediate refresh: %s', async (_, shape) => {
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

  it('a lifetime of 40 days is refreshed in time', async () => {
    server.opaque = true;
    server.lifetime = 40 * 24 * 3_600;
    const auth = await adasTab(server);
    await pass(40 * DAY - MINUTE, DAY);
    expect(server.refreshCalls).toBe(0);
    await pass(40 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(1);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a Retry-After of a century doesn’t overflow', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const auth = await adasTab(server);
    server.answerRefresh = () => Response.json({}, { status: 429, headers: { 'Retry-After': '3155760000' } });
    void auth.refresh().catch(() => {});
    await until(() => server.refreshCalls === 1);
    await rest();
    const delays = timers.mock.calls.map(([, ms]) => ms ?? 0);
    timers.mockRestore();

    expect(delays.length).toBeGreaterThan(0);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(LONGEST_TIMER);
    server.answerRefresh = undefined;
    await pass(3 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(2);
  });
});

it('a wall clock that is no number causes no storm', async () => {
  show('hidden');
  const auth = await adasTab(server);
  vi.spyOn(Date, 'now').mockReturnValue(NaN);
  // It ends by itself, or the test never would.
  server.answerRefresh = () =>
    server.refreshCalls > 20
      ? Response.json({ error: 'invalid_grant' }, { status: 401 })
      : Response.json(server.signIn('ada'));

  expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  expect(server.refreshCalls).toBeLessThan(2);
});

describe.each([
  ['fractions', () => 0.37],
  ['no number', () => Number.NaN],
])('a page whose Date.now() gives %s', (_, offset) => {
  async function withSuchAClock() {
    const [one, two] = await adasTwoTabs(server);
    await pass(SECOND);
    const real = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + offset());
    return [one, two] as const;
  }

  it('tells the other tabs of a sign-out', async () => {
    const [one, two] = await withSuchAClock();
    await one.signOut();
    await rest();
    expect(two.getState()).toMatchObject({ status: 'signed-out' });
  });

  it('tells the other tabs of another user', async () => {
    const [one, two] = await withSuchAClock();
    await one.signIn(server.login('bob'));
    await rest();
    expect(two.getState()).toMatchObject({ subject: 'bob' });
  });
});
