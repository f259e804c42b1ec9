/** P4 in real tabs: the session survives the tab that was refreshing, whenever and however it goes. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { holdRefreshOf, locksOf, restored, rounds, send, setBareStage, signIn } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { pageOf } from '../pages.ts';

const stage = setBareStage();

/** Milliseconds. Half of it is what the next tab waits for an answer that was left behind. */
const REFRESH_TIMEOUT = 2_000;
const REFRESH_TAKES = 250;

const WAYS: Record<string, (tab: Tab) => Promise<void> | undefined> = {
  closed: (tab) => tab.close(),
  'navigated away': (tab) => tab.goto('about:blank'),
  reloaded: (tab) => tab.goto(pageOf(stage.server, { options: { refreshTimeout: REFRESH_TIMEOUT } })),
  crashed: (tab) => tab.crash?.(),
};
const ways = Object.keys(WAYS).filter((way) => way !== 'crashed' || inject('engine') === 'chromium');

const openTab = () => stage.openTab({ options: { refreshTimeout: REFRESH_TIMEOUT } });

/** The moments at which it dies, from before the request has left to after its answer has come; the same in each run. */
const moments = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => ((index + 0.5) / count) * (REFRESH_TAKES + 100));

async function die(tab: Tab, way: string): Promise<void> {
  await WAYS[way]?.(tab);
  if (way !== 'closed') await tab.close().catch(() => {});
}

async function dieInMidRefresh(way: string, moment: number): Promise<void> {
  const dying = await openTab();
  expect(await restored(dying)).toBe('signed-in');
  stage.server.expire();
  // Nobody is left to hear what becomes of them.
  void send(dying, 3, 'dying').catch(() => {});
  await sleep(moment);
  await die(dying, way);
}

it.each(ways)('%s at any moment: the other tab goes on, and nobody is signed out', async (way) => {
  const staying = await openTab();
  await signIn(staying, 'ada');
  stage.server.settings.refreshLatency = REFRESH_TAKES;
  const deaths = rounds(2, 25);
  for (const moment of moments(deaths)) {
    await dieInMidRefresh(way, moment);
    expect({ moment, answers: await send(staying, 3) }).toEqual({ moment, answers: [200, 200, 200] });
  }
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  stage.report(`${deaths} × ${way} in mid-refresh with another tab, no session lost`);
});

it.each(ways)('%s while it waits for its turn: it sends nothing beside the tab whose turn it is', async (way) => {
  const staying = await openTab();
  await signIn(staying, 'ada');
  const dying = await openTab();
  expect(await restored(dying)).toBe('signed-in');
  const held = await holdRefreshOf(stage, staying, 3);
  void send(dying, 3, 'dying').catch(() => {});
  await expect.poll(() => locksOf(staying).then(({ pending }) => pending)).toBe(1);
  await die(dying, way);
  // What it sends in its last moments comes before what is sent now.
  expect(await restored(await openTab())).toBe('signed-in');
  held.release();
  expect(await held.answers).toEqual([200, 200, 200]);
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('reloaded, while the answer takes its time: the next page waits for what its predecessor has left behind', async () => {
  const tab = await openTab();
  await signIn(tab, 'ada');
  const held = await holdRefreshOf(stage, tab);
  await tab.goto(pageOf(stage.server, { options: { refreshTimeout: REFRESH_TIMEOUT } }));
  const restoring = restored(tab);
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  // The one thing ever stored is a time, and that is gone.
  expect(await tab.run(() => Object.keys(localStorage))).toEqual([]);
});

it.each(ways)('%s at any moment, as the only tab: whoever comes next is signed in', async (way) => {
  const first = await openTab();
  await signIn(first, 'ada');
  stage.server.settings.refreshLatency = REFRESH_TAKES;
  await first.close();
  const deaths = rounds(1, 10);
  for (const moment of moments(deaths)) await dieInMidRefresh(way, moment);
  expect(await restored(await openTab())).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  stage.report(`${deaths} × ${way} in mid-refresh as the only tab, no session lost`);
});
