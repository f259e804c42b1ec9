/** The overlap in real tabs: a token that was just spent gets the same answer again. */

import { expect, it } from 'vitest';
import { send, status } from '../../browser/bare-stage.ts';
import type { Tab } from '../../browser/engines/engine.ts';
import { refreshes, reuseAlarms } from './control.ts';
import { adasTabs, setDjangoStage } from './stage.ts';

const stage = setDjangoStage();

it('two tabs without Web Locks that refresh with one token keep the session', async () => {
  const [one, other] = (await adasTabs(stage, 'cookie', 2, {
    without: 'locks',
    options: { refreshTimeout: 4_000 },
  })) as [Tab, Tab];
  await stage.server.expire();
  const gate = await stage.server.holdRefresh('answered');
  const first = send(one, 3, 'one');
  await gate.arrived();
  // It can't take turns, and the token is spent already.
  const second = send(other, 3, 'other');
  await expect.poll(async () => refreshes(await stage.server.look()).filter(({ again }) => again)).toHaveLength(1);
  await gate.release();
  expect([await first, await second]).toEqual([
    [200, 200, 200],
    [200, 200, 200],
  ]);
  expect(reuseAlarms(await stage.server.look())).toBe(0);
  // The cookie that both have got is the good one.
  await stage.server.expire();
  expect(await send(one, 3)).toEqual([200, 200, 200]);
  for (const tab of [one, other]) expect(await status(tab)).toBe('signed-in');
});
