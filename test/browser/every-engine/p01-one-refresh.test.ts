/** P1 in real tabs: however many ask at once, each expiry costs one refresh. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { adasTab, restored, rounds, send, setBareStage } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

async function openTabs(count: number): Promise<Tab[]> {
  const tabs = [await adasTab(stage)];
  const { refreshCalls } = stage.server.stats();
  while (tabs.length < count) tabs.push(await stage.openTab());
  expect(new Set(await Promise.all(tabs.map(restored)))).toEqual(new Set(['signed-in']));
  // P13: a new tab is signed in without the network.
  expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
  return tabs;
}

/**
 * Sends from all tabs at once, and looks into the server's log: each request answered 200, once, after one 401 at most.
 * Gives when tokens were refreshed meanwhile.
 */
async function sendFromAll(tabs: Tab[], each: number, round: number): Promise<number[]> {
  const before = stage.server.log().at(-1)?.serial ?? 0;
  const answers = await Promise.all(tabs.map((tab, index) => send(tab, each, `${round}-${index}`)));
  expect(new Set(answers.flat())).toEqual(new Set([200]));
  const entries = stage.server.log().filter(({ serial }) => serial > before);
  const answered = new Map<string, number[]>();
  for (const { requestId, status } of entries)
    if (requestId) answered.set(requestId, [...(answered.get(requestId) ?? []), status]);
  expect(answered.size).toBe(tabs.length * each);
  const odd = [...answered].filter(([, statuses]) => !['200', '401,200'].includes(statuses.join()));
  expect(odd).toEqual([]);
  return entries.filter(({ outcome }) => outcome === 'rotated').map(({ at }) => at);
}

it('six tabs that meet an expiry share one refresh', async () => {
  const tabs = await openTabs(6);
  const [expiries, each] = [rounds(10, 200), rounds(20, 100)];
  // 401s start at most 60 refreshes a minute in one tab (docs/limits.md), and one tab may win each turn.
  const pause = rounds(0, 1_100);
  let doubled = 0;
  for (let round = 1; round <= expiries; round++) {
    const { rotations } = stage.server.stats();
    const nextMayBegin = sleep(pause);
    stage.server.expire();
    await sendFromAll(tabs, each, round);
    await nextMayBegin;
    if (stage.server.stats().rotations - rotations !== 1) doubled++;
  }
  stage.report(`${expiries} expiries met, 6 tabs × ${each} requests, ${doubled} of them with a second refresh`);
  expect(doubled).toBe(0);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('six tabs that foresee an expiry share one refresh', async () => {
  const lifetime = 2_000;
  const tabs = await openTabs(6);
  stage.server.settings.lifetime = lifetime / 1_000;
  stage.server.expire();
  // Few enough that none waits in the browser for longer than its token lives: then a replay would meet a 401, too.
  const [expiries, each] = [rounds(4, 200), 10];
  const refreshes: number[] = [];
  for (let round = 1; refreshes.length < expiries; round++) refreshes.push(...(await sendFromAll(tabs, each, round)));
  // A token is due for a fifth of its life; one that is refreshed in its first half has been refreshed twice.
  const doubled = refreshes.filter((at, index) => at - Number(refreshes[index - 1]) < lifetime / 2);
  const met = stage.server.stats().unauthorized;
  stage.report(
    `${expiries} expiries foreseen, 6 tabs × ${each} requests, ${doubled.length} refreshed twice, ${met} 401s`,
  );
  expect(doubled).toEqual([]);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('a dozen tabs, or fifty in the thorough run, share one refresh', async () => {
  const tabs = await openTabs(rounds(12, 50));
  const { rotations } = stage.server.stats();
  stage.server.expire();
  await sendFromAll(tabs, 20, 1);
  expect(stage.server.stats().rotations - rotations).toBe(1);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});
