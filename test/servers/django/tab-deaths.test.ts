/** P4 with Django: tabs that die in mid-refresh, before the server has rotated the token and after it. */

import { expect, inject, it } from 'vitest';
import { restored, send, status } from '../../browser/bare-stage.ts';
import type { Tab } from '../../browser/engines/engine.ts';
import { refreshes, reuseAlarms, type Sight } from './control.ts';
import { adasTabs, type PageConditions, setDjangoStage, type Way } from './stage.ts';

const stage = setDjangoStage();
const DEATHS = 10;
/** Half of the time-out is what a tab waits for an answer that another one has left behind. */
const QUICK: PageConditions = { options: { refreshTimeout: 4_000 } };

const KINDS: ((tab: Tab) => Promise<void> | undefined)[] = [
  (tab) => tab.close(),
  (tab) => tab.goto('about:blank').then(() => tab.close()),
  (tab) => tab.goto(stage.pageOf('cookie', QUICK)).then(() => tab.close()),
  ...(inject('engine') === 'chromium' ? [(tab: Tab) => tab.crash?.().then(() => tab.close().catch(() => {}))] : []),
];

/** How many cookies the overlap sent once more: each should have arrived, though its tab was gone. */
const sentAgain = (sight: Sight) => refreshes(sight).filter(({ again }) => again).length;

/** Gives what lets the server go on: the tab is gone, and its request still stands at the server. */
async function dieInMidRefresh(way: Way, death: number): Promise<() => Promise<void>> {
  const dying = await stage.openTab(way, QUICK);
  expect(await restored(dying)).toBe('signed-in');
  await stage.server.expire();
  const gate = await stage.server.holdRefresh(death % 2 ? 'arrived' : 'answered');
  // Nobody is left to hear what becomes of them.
  void send(dying, 3, 'dying').catch(() => {});
  await gate.arrived();
  await KINDS[death % KINDS.length]?.(dying);
  return gate.release;
}

it('ten tabs that die in mid-refresh end no session of a cookie', async () => {
  const [staying] = await adasTabs(stage, 'cookie', 1, QUICK);
  let lost = 0;
  for (let death = 0; death < DEATHS; death++) {
    const release = await dieInMidRefresh('cookie', death);
    const answers = send(staying, 3);
    await release();
    if (String(await answers) !== '200,200,200') lost++;
  }
  const seen = await stage.server.look();
  expect({ lost, alarms: reuseAlarms(seen), again: sentAgain(seen) }).toEqual({ lost: 0, alarms: 0, again: 0 });
  expect(seen.sessions).toEqual([expect.objectContaining({ endedBy: '' })]);
  stage.report(`${DEATHS} tab deaths in mid-refresh, ${lost} sessions lost, no reuse alarm, the overlap not needed`);
});

it('ten tabs that die in mid-refresh with nobody else there end no session of a cookie', async () => {
  const [first] = await adasTabs(stage, 'cookie', 1, QUICK);
  await first.close();
  for (let death = 0; death < DEATHS; death++) await (await dieInMidRefresh('cookie', death))();
  const next = await stage.openTab('cookie', QUICK);
  expect(await restored(next)).toBe('signed-in');
  const seen = await stage.server.look();
  expect({ alarms: reuseAlarms(seen), again: sentAgain(seen) }).toEqual({ alarms: 0, again: 0 });
});

it('a refresh token that is rotated for a tab which dies ends the session in all tabs, with one alarm', async () => {
  const [one, other] = (await adasTabs(stage, 'body', 2, QUICK)) as [Tab, Tab];
  const release = await dieInMidRefresh('body', 0);
  const answers = [send(one, 3), send(other, 3)];
  await release();
  // Nobody has the new one, nobody can know that, and SimpleJWT has no overlap.
  expect(new Set((await Promise.all(answers)).flat())).toEqual(new Set(['session-expired']));
  for (const tab of [one, other]) await expect.poll(() => status(tab)).toBe('signed-out');
  expect(reuseAlarms(await stage.server.look())).toBe(1);
});
