/** P4 in real tabs: the session survives the tab that was refreshing, whenever and however it goes. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { adasTab, holdRefreshOf, locksOf, restored, rounds, send, setBareStage } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { QUICK, reload } from '../given.ts';

const stage = setBareStage();

/** Milliseconds. */
const REFRESH_TAKES = 250;

const WAYS: Record<string, (tab: Tab) => Promise<void> | undefined> = {
  closed: (tab) => tab.close(),
  'navigated away': (tab) => tab.goto('about:blank'),
  reloaded: (tab) => reload(stage, tab, QUICK),
  crashed: (tab) => tab.crash?.(),
};
const ways = Object.keys(WAYS).filter((way) => way !== 'crashed' || inject('engine') === 'chromium');

/** The moments at which it dies, from before the request has left to after its answer has come; the same in each run. */
const moments = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => ((index + 0.5) / count) * (REFRESH_TAKES + 100));

async function die(tab: Tab, way: string): Promise<void> {
  await WAYS[way]?.(tab);
  if (way !== 'closed') await tab.close().catch(() => {});
}

async function dieInMidRefresh(way: string, moment: number): Promise<void> {
  const dying = await stage.openTab(QUICK);
  expect(await restored(dying)).toBe('signed-in');
  stage.server.expire();
  // Nobody is left to hear what becomes of them.
  void send(dying, 3, 'dying').catch(() => {});
  await sleep(moment);
  await die(dying, way);
}

it.each(ways)('a tab %s in mid-refresh ends no other tab’s session', async (way) => {
  const staying = await adasTab(stage, QUICK);
  stage.server.settings.refreshLatency = REFRESH_TAKES;
  const deaths = rounds(2, 25);
  for (const moment of moments(deaths)) {
    await dieInMidRefresh(way, moment);
    expect({ moment, answers: await send(staying, 3) }).toEqual({ moment, answers: [200, 200, 200] });
  }
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  stage.report(`${deaths} × ${way} in mid-refresh with another tab, no session lost`);
});

it.each(ways)('a tab %s while waiting for its turn sends no refresh', async (way) => {
  const staying = await adasTab(stage, QUICK);
  const dying = await stage.openTab(QUICK);
  expect(await restored(dying)).toBe('signed-in');
  const held = await holdRefreshOf(stage, staying, 3);
  void send(dying, 3, 'dying').catch(() => {});
  await expect.poll(() => locksOf(staying).then(({ pending }) => pending)).toBe(1);
  await die(dying, way);
  // What it sends in its last moments comes before what is sent now.
  expect(await restored(await stage.openTab(QUICK))).toBe('signed-in');
  held.release();
  expect(await held.answers).toEqual([200, 200, 200]);
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('a page reloaded in mid-refresh waits for its predecessor’s answer', async () => {
  const tab = await adasTab(stage, QUICK);
  const held = await holdRefreshOf(stage, tab);
  await reload(stage, tab, QUICK);
  const restoring = restored(tab);
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  // All that is stored is how long refreshes take. The time of the one that was under way is gone.
  const stored = await tab.run(() => Object.entries(localStorage));
  expect(stored).toEqual([[expect.stringMatching(/ took$/), expect.stringMatching(/^\d+$/)]]);
});

it.each(ways)('the only tab, %s in mid-refresh, loses no session', async (way) => {
  const first = await adasTab(stage, QUICK);
  stage.server.settings.refreshLatency = REFRESH_TAKES;
  await first.close();
  const deaths = rounds(1, 10);
  for (const moment of moments(deaths)) await dieInMidRefresh(way, moment);
  expect(await restored(await stage.openTab(QUICK))).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  stage.report(`${deaths} × ${way} in mid-refresh as the only tab, no session lost`);
});
