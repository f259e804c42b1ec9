/** P5 in real tabs: whatever the network does, only the server ends a session; and it works again by itself. */

import { describe, expect, inject, it } from 'vitest';
import type { Settings } from '../../../demo/server/settings.ts';
import {
  adasTab,
  adasTabs,
  hasExpired,
  locksOf,
  restored,
  rounds,
  send,
  sendPatiently,
  setBareStage,
  status,
} from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { HOUR, jumpWallClock, reload } from '../given.ts';

const stage = setBareStage();

/** Ada's tab, whose access token the API refuses. */
async function refusedTab(refreshTimeout = 10_000): Promise<Tab> {
  const tab = await adasTab(stage, { options: { refreshTimeout } });
  stage.server.expire();
  return tab;
}

describe('an outage', () => {
  const outages: [string, Partial<Settings>][] = [
    ['503 with Retry-After', { fault: '503', retryAfter: 1 }],
    ['429 with Retry-After', { fault: '429', retryAfter: 1 }],
    ['a proxy’s HTML 403', { fault: 'html-403' }],
    ['a cut connection', { fault: 'drop', dropAfterRotation: false }],
  ];

  it.each(outages)('%s ends no session, and requests work again afterwards', async (_, outage) => {
    // So that callers are told before the outage is over.
    const tab = await refusedTab(600);
    Object.assign(stage.server.settings, outage);
    const { refreshCalls } = stage.server.stats();

    const answers = await send(tab, 20);
    expect(new Set(answers)).toEqual(new Set(['refresh-unavailable']));
    expect(await status(tab)).toBe('signed-in');
    // Twenty wanted it; the pause between two calls is a second or more.
    expect(stage.server.stats().refreshCalls - refreshCalls).toBeLessThan(4);

    stage.server.settings.fault = 'none';
    expect(await sendPatiently(tab)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it.each(outages)('a token that expires during %s is refreshed afterwards', async (_, outage) => {
    stage.server.settings.lifetime = 2;
    const tab = await adasTab(stage, { options: { refreshTimeout: 2_000 } });
    Object.assign(stage.server.settings, outage);
    await expect.poll(() => hasExpired(tab)).toBe(true);
    expect(stage.server.stats().refreshCalls).toBeLessThan(3);
    Object.assign(stage.server.settings, { fault: 'none', lifetime: 60 });
    await expect.poll(() => stage.server.stats().rotations).toBe(1);
    expect(await send(tab, 3)).toEqual([200, 200, 200]);
    expect(stage.server.stats()).toMatchObject({ rotations: 1, unauthorized: 0, reuseAlarms: 0 });
  });

  it('a page loaded in an outage is restored once that is over', async () => {
    const tab = await refusedTab();
    Object.assign(stage.server.settings, { fault: '503', retryAfter: 1 });
    const { refreshCalls } = stage.server.stats();
    await reload(stage, tab);
    const restoring = restored(tab);
    await expect.poll(() => stage.server.stats().refreshCalls).toBeGreaterThan(refreshCalls);
    expect(await status(tab)).toBe('restoring');
    stage.server.settings.fault = 'none';
    expect(await restoring).toBe('signed-in');
  });
});

describe('a server that is busy for a second', () => {
  it.each(['503', '429'] as const)('a single %s with Retry-After fails no request in six tabs', async (fault) => {
    const tabs = await adasTabs(stage, 6);
    const [first, ...others] = tabs as [Tab, ...Tab[]];
    for (let round = 1; round <= rounds(2, 10); round++) {
      const { rotations } = stage.server.stats();
      stage.server.expire();
      Object.assign(stage.server.settings, { fault, retryAfter: 1 });
      const busy = stage.server.holdRefresh();
      const answers = tabs.map((tab) => send(tab, 3));
      await busy.arrived;
      await expect.poll(() => locksOf(first).then(({ pending }) => pending)).toBe(others.length);
      stage.server.settings.fault = 'none';
      busy.release();
      expect((await Promise.all(answers)).map(String)).toEqual(tabs.map(() => '200,200,200'));
      expect(stage.server.stats().rotations - rotations).toBe(1);
    }
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });
});

/** WebKitGTK's driver has no switch for it. */
describe.each(inject('engine') === 'webkit' ? [] : ['offline'])('a tab that is %s', () => {
  it('a tab that is offline keeps its session, and goes on afterwards', async () => {
    const tab = await refusedTab();
    await tab.setOffline?.(true);
    const { refreshCalls } = stage.server.stats();
    // A token that is still good is sent: then it is fetch that fails.
    expect(await send(tab, 2)).toEqual([expect.stringContaining('TypeError'), expect.stringContaining('TypeError')]);
    expect(await tab.run(() => window.demo.auth.refresh().catch(({ code }) => code))).toBe('refresh-unavailable');
    expect(await status(tab)).toBe('signed-in');
    expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
    await tab.setOffline?.(false);
    expect(await sendPatiently(tab)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ rotations: 1, reuseAlarms: 0 });
  });

  it('a token that expires offline is refreshed once the network is back', async () => {
    const tab = await refusedTab();
    await tab.setOffline?.(true);
    await jumpWallClock(tab, HOUR);
    expect(new Set(await send(tab, 3))).toEqual(new Set(['refresh-unavailable']));
    await tab.setOffline?.(false);
    await expect.poll(() => stage.server.stats().rotations).toBe(1);
    expect(await send(tab, 3)).toEqual([200, 200, 200]);
    expect(stage.server.stats()).toMatchObject({ rotations: 1, reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a tab that is back online waits out no pause', async () => {
    // Less than the shortest pause: whoever has to wait for its end is told so.
    const tab = await refusedTab(900);
    await tab.setOffline?.(true);
    const refresh = () =>
      tab.run(() =>
        window.demo.auth.refresh().then(
          ({ status }) => status,
          ({ code }) => code,
        ),
      );
    expect(await refresh()).toBe('refresh-unavailable');
    await tab.setOffline?.(false);
    await expect.poll(() => tab.run(() => navigator.onLine)).toBe(true);
    expect(await refresh()).toBe('signed-in');
  });
});

describe('a connection that is cut after the server has rotated', () => {
  const CUT: Partial<Settings> = { fault: 'drop', dropAfterRotation: true };

  it('a lost answer is not asked for again until the next demand', async () => {
    // Half of it is what an answer that may still come is waited for.
    const tab = await refusedTab(2_000);
    Object.assign(stage.server.settings, { ...CUT, overlap: 60_000 });
    // One demand: a later one would try again after the pause.
    expect(await send(tab, 1)).toEqual(['refresh-unavailable']);
    expect(stage.server.stats().refreshCalls).toBe(1);
    expect(await status(tab)).toBe('signed-in');
    stage.server.settings.fault = 'none';
    expect(await sendPatiently(tab)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 2, rotations: 1, reuseAlarms: 0 });
  });

  it('a lost answer ends the session where the server forgives no reuse', async () => {
    const tab = await refusedTab(2_000);
    Object.assign(stage.server.settings, CUT);
    expect(await send(tab, 1)).toEqual(['refresh-unavailable']);
    expect(await status(tab)).toBe('signed-in');
    stage.server.settings.fault = 'none';
    const end = await tab.run(async () => {
      for (;;) {
        const { code, retryAfter } = await window.demo.auth.refresh().then(
          () => ({ code: 'refreshed', retryAfter: 0 }),
          (error) => error,
        );
        if (code !== 'refresh-unavailable') return code as string;
        await new Promise((resolve) => setTimeout(resolve, retryAfter ?? 100));
      }
    });
    expect(end).toBe('session-expired');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 2, reuseAlarms: 1 });
  });
});

describe('an answer that comes late', () => {
  it('a late answer counts, though callers were told at their deadline', async () => {
    const tab = await refusedTab(500);
    const hold = stage.server.holdRefresh();
    expect(await send(tab, 2)).toEqual(['refresh-unavailable', 'refresh-unavailable']);
    expect(await status(tab)).toBe('signed-in');
    const { refreshCalls } = stage.server.stats();
    hold.release();
    expect(await sendPatiently(tab)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ refreshCalls, reuseAlarms: 0 });
  });

  it('while an answer is late, another tab sends no second request', async () => {
    const tab = await refusedTab(500);
    const other = await stage.openTab({ options: { refreshTimeout: 500 } });
    await restored(other);
    const hold = stage.server.holdRefresh();
    const [answers, others] = await Promise.all([send(tab, 2), send(other, 2)]);
    expect(new Set([...answers, ...others])).toEqual(new Set(['refresh-unavailable']));
    hold.release();
    expect(await Promise.all([sendPatiently(tab), sendPatiently(other)])).toEqual([200, 200]);
    expect(stage.server.stats()).toMatchObject({ rotations: 1, reuseAlarms: 0, overlappingRefreshes: 0 });
  });
});
