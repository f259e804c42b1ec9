/** P10 and P12 in real tabs: whatever slept, the machine, a hidden tab or a frozen one, is right with its first step. */

import { describe, expect, inject, it } from 'vitest';
import {
  adaInTwoTabs,
  adasTab,
  hasExpired,
  holdRefreshOf,
  locksOf,
  restored,
  send,
  sendPatiently,
  setBareStage,
  signIn,
  signOut,
  status,
  subjectOf,
} from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { HOUR, jumpWallClock } from '../given.ts';
import type { Conditions } from '../pages.ts';

const stage = setBareStage();

const DAY = 24 * HOUR;

describe('the machine sleeps for an hour', () => {
  it.each([
    ['by both clocks', { wall: HOUR, monotonic: HOUR }],
    ['by the wall clock', { wall: HOUR, monotonic: 0 }],
    ['against the wall clock', { wall: -DAY, monotonic: HOUR }],
  ])('after an hour %s no request meets a 401', async (_, by) => {
    const tabs = await adaInTwoTabs(stage);
    for (const tab of tabs) await tab.run((by) => window.surroundings.shiftClocks(by), by);
    stage.server.expire();
    const answers = await Promise.all(tabs.map((tab) => send(tab, 3)));
    expect(answers.flat()).toEqual([200, 200, 200, 200, 200, 200]);
    expect(stage.server.stats()).toMatchObject({ unauthorized: 0, rotations: 1, reuseAlarms: 0 });
  });
});

describe('the wall clock is set', () => {
  it.each([
    ['back by a day', -DAY, 0],
    // That can't be told from a sleep.
    ['forward by a day', DAY, 1],
  ])('a wall clock set %s breaks nothing', async (_, wall, refreshes) => {
    const tabs = await adaInTwoTabs(stage);
    for (const tab of tabs) await jumpWallClock(tab, wall);
    for (const tab of tabs) expect(await send(tab, 3)).toEqual([200, 200, 200]);
    expect(stage.server.stats().rotations).toBe(refreshes);
    stage.server.expire();
    const answers = await Promise.all(tabs.map((each) => send(each, 3)));
    expect(new Set(answers.flat())).toEqual(new Set([200]));
    expect(stage.server.stats()).toMatchObject({ rotations: refreshes + 1, reuseAlarms: 0, overlappingRefreshes: 0 });
  });
});

/** WebKitGTK shows each window, and nobody can put one behind another. */
describe.each(inject('engine') === 'webkit' ? [] : ['hidden'])('a tab that is %s', () => {
  it('a hidden tab refreshes on demand only', async () => {
    stage.server.settings.lifetime = 1.5;
    const tab = await adasTab(stage);
    const before = await stage.engine.open(`${stage.server.url}/elsewhere`);
    await expect.poll(() => tab.run(() => document.visibilityState)).toBe('hidden');
    const { refreshCalls } = stage.server.stats();
    await expect.poll(() => hasExpired(tab)).toBe(true);
    // Whatever timer was due by now, throttled or not, comes before one that is begun now and takes longer.
    await tab.run(() => new Promise<void>((resolve) => setTimeout(resolve, 1_500)));
    expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
    expect(await send(tab, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(stage.server.stats()).toMatchObject({ refreshCalls: refreshCalls + 1, unauthorized: 0 });
    await before.close();
  });

  it('a tab shown again has a new token before anybody asks', async () => {
    const tab = await adasTab(stage);
    const before = await stage.engine.open(`${stage.server.url}/elsewhere`);
    await expect.poll(() => tab.run(() => document.visibilityState)).toBe('hidden');
    await jumpWallClock(tab, HOUR);
    stage.server.expire();
    await tab.show?.();
    await expect.poll(() => stage.server.stats().rotations).toBe(1);
    await before.close();
  });
});

/** Only Chromium can be told to. */
describe.each(inject('engine') === 'chromium' ? ['frozen'] : [])('a tab that is %s', () => {
  // Half of it is what the others wait for an answer that a tab has left behind.
  const conditions = { options: { refreshTimeout: 3_000 } };

  /** Ada in a tab behind another one. */
  async function adaInTheBackground(hidden: Conditions = conditions): Promise<[hidden: Tab, shown: Tab]> {
    const tabs = await adaInTwoTabs(stage, hidden, conditions);
    await expect.poll(() => tabs[0].run(() => document.visibilityState)).toBe('hidden');
    return tabs;
  }

  const wake = async (tab: Tab) => {
    await tab.thaw?.();
    await tab.show?.();
  };

  const elsewhere: [string, (shown: Tab) => Promise<unknown>, (woken: Tab) => Promise<void>][] = [
    [
      'a sign-out elsewhere',
      (shown) => signOut(shown),
      async (woken) => {
        expect(await send(woken, 1)).toEqual([401]);
        expect(await status(woken)).toBe('signed-out');
      },
    ],
    [
      'a sign-in elsewhere',
      (shown) => signIn(shown, 'bob'),
      async (woken) => {
        expect(await send(woken, 1, 'woken')).toEqual([200]);
        expect(stage.server.log().at(-1)).toMatchObject({ requestId: 'woken-0', user: 'bob' });
        expect(await subjectOf(woken)).toBe('bob');
      },
    ],
    [
      'a refresh elsewhere',
      async (shown) => {
        stage.server.expire();
        expect(await send(shown, 1)).toEqual([200]);
      },
      async (woken) => {
        const { refreshCalls } = stage.server.stats();
        expect(await send(woken, 1)).toEqual([200]);
        expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
      },
    ],
  ];

  it.each(elsewhere)('after %s a frozen tab is right at once', async (_, happen, expectRight) => {
    const [hidden, shown] = await adaInTheBackground();
    await hidden.freeze?.();
    await happen(shown);
    await wake(hidden);
    await expectRight(hidden);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('nobody spends the refresh token of a tab frozen in mid-refresh', async () => {
    // It has more time than the others, or its own deadline would come with its waking.
    const [hidden, shown] = await adaInTheBackground({});
    const held = await holdRefreshOf(stage, hidden, 2);
    await hidden.freeze?.();
    held.release();
    const { refreshCalls } = stage.server.stats();
    expect(await send(shown, 2)).toEqual(['refresh-unavailable', 'refresh-unavailable']);
    expect(await status(shown)).toBe('signed-in');
    expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
    await wake(hidden);
    expect(await held.answers).toEqual([200, 200]);
    expect(await sendPatiently(shown)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ refreshCalls, reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a tab frozen while it holds the lock doesn’t stop the others', async () => {
    const dying = await adasTab(stage, conditions);
    const [hidden, shown] = [await stage.openTab(conditions), await stage.openTab(conditions)];
    for (const tab of [hidden, shown]) expect(await restored(tab)).toBe('signed-in');
    const held = await holdRefreshOf(stage, dying);
    await dying.close();
    const waiting = send(hidden, 1);
    await expect.poll(() => locksOf(hidden).then(({ held }) => held)).toBeGreaterThan(0);
    await hidden.freeze?.();
    held.release();
    expect(await send(shown, 1)).toEqual([200]);
    await wake(hidden);
    // In the moment in which it wakes, its own deadline and the other tab's token are there.
    expect([['refresh-unavailable'], [200]]).toContainEqual(await waiting);
    expect(await sendPatiently(hidden)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ rotations: 2, reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a frozen tab that hears a message, and refreshes, doesn’t stop others', async () => {
    const [hidden, shown] = await adaInTheBackground();
    await hidden.run(() => {
      const channel = new BroadcastChannel('the-app');
      channel.onmessage = () => {
        window.demo.auth.refresh().catch(() => {});
        channel.postMessage('heard');
      };
    });
    await hidden.freeze?.();
    await shown.run(
      () =>
        new Promise<void>((resolve) => {
          const channel = new BroadcastChannel('the-app');
          channel.onmessage = () => resolve();
          channel.postMessage('hear');
        }),
    );
    expect(await shown.run(() => window.demo.auth.refresh().then(({ status }) => status))).toBe('signed-in');
    await wake(hidden);
    expect(await send(hidden, 1)).toEqual([200]);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a tab frozen in the line for the lock doesn’t stop others', async () => {
    const [hidden, shown] = await adaInTheBackground();
    const held = await holdRefreshOf(stage, shown);
    const second = send(hidden, 1);
    await expect.poll(() => locksOf(hidden).then(({ pending }) => pending)).toBe(1);
    await hidden.freeze?.();
    held.release();
    expect(await held.answers).toEqual([200]);
    expect(await shown.run(() => window.demo.auth.refresh().then(({ status }) => status))).toBe('signed-in');
    await wake(hidden);
    expect(await second).toEqual(['refresh-unavailable']);
    expect(await sendPatiently(hidden)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ rotations: 2, reuseAlarms: 0, overlappingRefreshes: 0 });
  });
});
