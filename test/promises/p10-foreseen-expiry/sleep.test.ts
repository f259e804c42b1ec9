/** P10: timers are only hints. After sleep the first request is right. */

import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { HOUR, MINUTE, SECOND } from '../../given/durations.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { generationsOf } from '../../given/received.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpMonotonicClock, jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { goOnline, returnFromBackForwardCache, show } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('timers are only hints', () => {
  const sleeps: [string, (ms: number) => void][] = [
    ['the wall clock jumps, the monotonic clock stood still', jumpWallClock],
    ['the monotonic clock went on, the wall clock stood still', jumpMonotonicClock],
  ];

  it.each(sleeps)('the first request after 8 h of sleep succeeds: %s', async (_, sleep) => {
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

  it.each(sleeps)('getAccessToken() after sleep never gives an expired token: %s', async (_, sleep) => {
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
  ])('a tab looks again at once on %s', async (_, wake) => {
    const auth = await adasTab(server);
    const events = record(auth);
    jumpWallClock(8 * HOUR);
    await rest();
    expect(server.refreshCalls).toBe(0);
    wake();
    // A page back from the cache asks the other tabs first.
    await othersStaySilent();
    await until(() => events.some(({ name }) => name === 'refreshed'));
    expect(server.refreshCalls).toBe(1);
  });

  it('a session that ended during the sleep is over, once', async () => {
    const auth = await adasTab(server);
    server.revoke('ada');
    jumpWallClock(8 * HOUR);
    show('visible');
    await until(() => auth.getState().status === 'signed-out');
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });
});
