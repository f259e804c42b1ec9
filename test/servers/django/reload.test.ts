/** A page that is loaded again, with Django: what keeps the session, and what can't. */

import { describe, expect, it } from 'vitest';
import { restored, send, subjectOf } from '../../browser/bare-stage.ts';
import { reuseAlarms } from './control.ts';
import { adasTabs, setDjangoStage } from './stage.ts';

const stage = setDjangoStage();

async function expectNoAlarm() {
  expect(reuseAlarms(await stage.server.look())).toBe(0);
}

describe('a reload', () => {
  it('keeps the session of a cookie', async () => {
    const [tab] = await adasTabs(stage, 'cookie', 1);
    const ada = await subjectOf(tab);
    for (let reload = 1; reload <= 3; reload++) {
      await tab.goto(stage.pageOf('cookie'));
      expect(await restored(tab)).toBe('signed-in');
    }
    expect(await subjectOf(tab)).toBe(ada);
    expect(await send(tab, 3)).toEqual([200, 200, 200]);
    await expectNoAlarm();
  });

  it('keeps a session in memory while another tab is open', async () => {
    const [tab] = await adasTabs(stage, 'body', 2);
    for (let reload = 1; reload <= 3; reload++) {
      await tab.goto(stage.pageOf('body'));
      expect(await restored(tab)).toBe('signed-in');
      await stage.server.expire();
      expect(await send(tab, 3)).toEqual([200, 200, 200]);
    }
    await expectNoAlarm();
  });

  it('ends a session in memory if no other tab is open', async () => {
    const [tab] = await adasTabs(stage, 'body', 1);
    await tab.goto(stage.pageOf('body'));
    expect(await restored(tab)).toBe('signed-out');
    await expectNoAlarm();
  });

  it('keeps a session in sessionStorage', async () => {
    const [tab] = await adasTabs(stage, 'body', 1, { stored: true });
    for (let reload = 1; reload <= 3; reload++) {
      await tab.goto(stage.pageOf('body', { stored: true }));
      expect(await restored(tab)).toBe('signed-in');
      await stage.server.expire();
      expect(await send(tab, 3)).toEqual([200, 200, 200]);
    }
    await expectNoAlarm();
  });
});
