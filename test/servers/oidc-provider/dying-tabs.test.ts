/** P4 at oidc-provider, which forgives no second use of a refresh token. */

import { describe, expect, inject, it } from 'vitest';
import type { Tab } from '../../browser/engines/engine.ts';
import type { Side } from '../turnstile.ts';
import { restored, type Stage, send, setStage, signOut, status } from './stage.ts';

const DEATHS = 10;

const WAYS: Record<string, (tab: Tab, stage: Stage) => Promise<void> | undefined> = {
  closed: (tab) => tab.close(),
  'navigated away': (tab) => tab.goto('about:blank'),
  reloaded: (tab, stage) => stage.reload(tab),
  crashed: (tab) => tab.crash?.(),
};
const ways = Object.keys(WAYS).filter((way) => way !== 'crashed' || inject('engine') === 'chromium');
const sides: Side[] = ['before', 'after'];

/** Each way on each side of the provider, then again. */
const deaths = Array.from({ length: DEATHS }, (_, index) => ({
  way: ways[index % ways.length] as string,
  side: sides[Math.floor(index / ways.length) % 2] as Side,
}));

async function dieInMidRefresh(stage: Stage, { way, side }: (typeof deaths)[number]): Promise<void> {
  const dying = await stage.openTab();
  expect(await restored(dying)).toBe('signed-in');
  stage.provider.expire();
  const held = stage.provider.turnstile.hold(side);
  // Nobody is left to hear what becomes of them.
  void send(dying, 3).catch(() => {});
  await held.arrived;
  await WAYS[way]?.(dying, stage);
  if (way !== 'closed') await dying.close().catch(() => {});
  held.release();
}

describe('a page with a backend', () => {
  const stage = setStage('with-backend', 'opaque');

  it('ten tabs that die in mid-refresh end no other tab’s session', async () => {
    stage.app.page.refreshTimeout = 2_000;
    const [staying] = await stage.adasTabs(1);
    for (const death of deaths) {
      await dieInMidRefresh(stage, death);
      expect({ death, answers: await send(staying, 3) }).toEqual({ death, answers: [200, 200, 200] });
    }
    expect(stage.provider.counts).toMatchObject({ exchanges: 1, reuseAlarms: 0 });
    stage.report(`${DEATHS} deaths in mid-refresh with another tab, no session lost`);
  });

  it('ten tabs that die in mid-refresh, each the only one, lose no session', async () => {
    stage.app.page.refreshTimeout = 2_000;
    const [first] = await stage.adasTabs(1);
    await first.close();
    for (const death of deaths) await dieInMidRefresh(stage, death);
    const next = await stage.openTab();
    expect(await restored(next)).toBe('signed-in');
    expect(stage.provider.counts).toMatchObject({ exchanges: 1, reuseAlarms: 0 });
    stage.report(`${DEATHS} deaths in mid-refresh as the only tab, no session lost`);
  });

  it.each(sides)('a tab shares the refresh of a dead one that is held %s the provider', async (side) => {
    stage.app.page.refreshTimeout = 2_000;
    const [dying, staying] = (await stage.adasTabs(2)) as [Tab, Tab];
    const { rotations } = stage.provider.counts;
    stage.provider.expire();
    const held = stage.provider.turnstile.hold(side);
    void send(dying, 3).catch(() => {});
    await held.arrived;
    await dying.close();
    const backendCalls = stage.app.backendCalls();
    const answers = send(staying, 3);
    await expect.poll(() => stage.app.backendCalls()).toBe(backendCalls + 1);
    held.release();
    expect(await answers).toEqual([200, 200, 200]);
    expect(stage.provider.counts).toMatchObject({ rotations: rotations + 1, reuseAlarms: 0 });
  });

  it('the only tab, reloaded, is signed in again by its backend', async () => {
    const [tab] = await stage.adasTabs(1);
    await stage.reload(tab);
    expect(await restored(tab)).toBe('signed-in');
    expect(await send(tab, 3)).toEqual([200, 200, 200]);
    expect(stage.provider.counts).toMatchObject({ exchanges: 1, reuseAlarms: 0 });
  });
});

describe('a public client', () => {
  const stage = setStage('spa', 'opaque');

  it('a reload of the only tab ends the session where the refresh token is in memory', async () => {
    const [tab] = await stage.adasTabs(1);
    await stage.reload(tab);
    expect(await restored(tab)).toBe('signed-out');
    expect(stage.provider.refreshCalls()).toBe(0);
  });

  it('a reload of the only tab goes on where the refresh token is stored', async () => {
    stage.app.page.storage = 'session';
    const [tab] = await stage.adasTabs(1);
    for (const reloads of [1, 2, 3]) {
      await stage.reload(tab);
      expect(await restored(tab)).toBe('signed-in');
      expect(stage.provider.refreshCalls()).toBe(reloads);
    }
    expect(await signOut(tab)).toBe(true);
    expect(await tab.run(() => Object.keys(sessionStorage))).toEqual([]);
    expect(await stage.provider.goodRefreshTokens()).toBe(0);
    expect(stage.provider.counts.reuseAlarms).toBe(0);
  });

  // The limit: the new token went to the tab that died, and this provider knows no overlap.
  it('a tab that dies in mid-refresh takes the session with it, and all tabs hear of that', async () => {
    stage.app.page.refreshTimeout = 2_000;
    const [staying, other] = (await stage.adasTabs(2)) as [Tab, Tab];
    await dieInMidRefresh(stage, { way: 'closed', side: 'after' });
    expect(await send(staying, 3)).toEqual(Array(3).fill('session-expired'));
    await expect.poll(() => status(other)).toBe('signed-out expired');
    expect(stage.provider.counts.reuseAlarms).toBe(1);
  });
});
