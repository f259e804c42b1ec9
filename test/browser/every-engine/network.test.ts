/** P5 in real tabs: whatever the network does, only the server ends a session; and it works again by itself. */

import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../demo/server/settings.ts';
import { pageOf, restored, send, sendPatiently, setBareStage, signIn, status } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

async function adasTab(refreshTimeout = 10_000): Promise<Tab> {
  const tab = await stage.openTab({ options: { refreshTimeout } });
  await signIn(tab, 'ada');
  stage.server.expire();
  return tab;
}

describe('an outage', () => {
  const outages: [string, Partial<Settings>][] = [
    ['503 with Retry-After', { fault: '503', retryAfter: 1 }],
    ['429 with Retry-After', { fault: '429', retryAfter: 1 }],
    ['a proxy’s HTML 403', { fault: 'html-403' }],
    ['a connection that is cut', { fault: 'drop', dropAfterRotation: false }],
  ];

  it.each(outages)('%s: the session stays, calls are few, and it works again by itself', async (_, outage) => {
    // So that callers are told before the outage is over.
    const tab = await adasTab(600);
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

  it('at page load: neither signed in nor out, until the server is back', async () => {
    const tab = await adasTab();
    Object.assign(stage.server.settings, { fault: '503', retryAfter: 1 });
    const { refreshCalls } = stage.server.stats();
    await tab.goto(pageOf(stage.server));
    const restoring = tab.run(() => window.demo.auth.restore().then(({ status }) => status));
    await expect.poll(() => stage.server.stats().refreshCalls).toBeGreaterThan(refreshCalls);
    expect(await status(tab)).toBe('restoring');
    stage.server.settings.fault = 'none';
    expect(await restoring).toBe('signed-in');
  });
});

describe('an answer that comes late', () => {
  it('callers are told at their deadline, and the answer counts when it comes', async () => {
    const tab = await adasTab(500);
    const hold = stage.server.holdRefresh();
    expect(await send(tab, 2)).toEqual(['refresh-unavailable', 'refresh-unavailable']);
    expect(await status(tab)).toBe('signed-in');
    const { refreshCalls } = stage.server.stats();
    hold.release();
    expect(await sendPatiently(tab)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ refreshCalls, reuseAlarms: 0 });
  });

  it('another tab meanwhile: no second request with the same refresh token', async () => {
    const tab = await adasTab(500);
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
