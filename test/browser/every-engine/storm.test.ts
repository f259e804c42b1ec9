/** P1 in real tabs: however many ask at once, each expiry costs one refresh. */

import { expect, it } from 'vitest';
import { restored, rounds, send, setBareStage, signIn } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

async function openTabs(count: number): Promise<Tab[]> {
  const tabs = [await stage.openTab()];
  await signIn(tabs[0] as Tab, 'ada');
  const { refreshCalls } = stage.server.stats();
  while (tabs.length < count) tabs.push(await stage.openTab());
  expect(new Set(await Promise.all(tabs.map(restored)))).toEqual(new Set(['signed-in']));
  // P13: a new tab is signed in without the network.
  expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
  return tabs;
}

/** The requests of the log, by name: each answered 401 at most once, and 200 exactly once. */
function expectEachAnsweredOnce(count: number) {
  const answers = new Map<string, number[]>();
  for (const { kind, requestId, status } of stage.server.log())
    if (kind === 'api' && requestId) answers.set(requestId, [...(answers.get(requestId) ?? []), status]);
  expect(answers.size).toBe(count);
  const odd = [...answers].filter(([, statuses]) => !['200', '401,200'].includes(statuses.join()));
  expect(odd).toEqual([]);
}

it('six tabs at each expiry: one refresh, no overlap, no reuse, and every request answered once', async () => {
  const tabs = await openTabs(6);
  const [expiries, each] = [rounds(10, 200), rounds(20, 100)];
  let doubled = 0;
  for (let round = 1; round <= expiries; round++) {
    const { rotations } = stage.server.stats();
    stage.server.expire();
    const answers = await Promise.all(tabs.map((tab, index) => send(tab, each, `${round}-${index}`)));
    expect(new Set(answers.flat())).toEqual(new Set([200]));
    if (stage.server.stats().rotations - rotations !== 1) doubled++;
  }
  console.log(
    `${stage.engine.version}: ${expiries} expiries, 6 tabs × ${each} requests, ${doubled} rounds with a second refresh`,
  );
  expect(doubled).toBe(0);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  if (expiries * 6 * each < 5_000) expectEachAnsweredOnce(expiries * 6 * each);
});

it('a dozen tabs at once, or fifty where it is done thoroughly: one refresh', async () => {
  const tabs = await openTabs(rounds(12, 50));
  const { rotations } = stage.server.stats();
  stage.server.expire();
  const answers = await Promise.all(tabs.map((tab, index) => send(tab, 20, `tab-${index}`)));
  expect(new Set(answers.flat())).toEqual(new Set([200]));
  expect(stage.server.stats().rotations - rotations).toBe(1);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  expectEachAnsweredOnce(tabs.length * 20);
});
