/** P1 with Django: each expiry costs one refresh, and no spent token comes back. */

import { describe, expect, it } from 'vitest';
import { send } from '../../browser/bare-stage.ts';
import { reuseAlarms, rotations } from './control.ts';
import { adasTabs, order, setDjangoStage, WAYS } from './stage.ts';

const stage = setDjangoStage();
const EXPIRIES = 4;

describe.each(WAYS)('the refresh token is %s', (name, way) => {
  it('three tabs with twenty requests each share one refresh', async () => {
    const tabs = await adasTabs(stage, way, 3);
    for (let expiry = 1; expiry <= EXPIRIES; expiry++) {
      await stage.server.expire();
      const answers = await Promise.all(tabs.map((tab, index) => send(tab, 20, `${expiry}-${index}`)));
      expect(new Set(answers.flat())).toEqual(new Set([200]));
      expect(Object.values(rotations(await stage.server.look()))).toEqual([expiry]);
    }
    const seen = await stage.server.look();
    expect({ alarms: reuseAlarms(seen), overlapping: seen.overlapping }).toEqual({ alarms: 0, overlapping: 0 });
    expect(seen.sessions).toEqual([expect.objectContaining({ endedBy: '' })]);
    stage.report(`${name}: ${EXPIRIES} expiries, 3 tabs × 20 requests, ${EXPIRIES} refreshes, no reuse alarm`);
  });

  it('an order that meets an expiry is placed once', async () => {
    const tabs = await adasTabs(stage, way, 3);
    await stage.server.expire();
    const answers = await Promise.all(tabs.map((tab, index) => order(tab, 5, `order-${index}`)));
    expect(new Set(answers.flat())).toEqual(new Set([201]));
    const { orders } = await stage.server.look();
    expect(orders).toHaveLength(15);
    expect(new Set(orders)).toHaveLength(15);
  });
});
