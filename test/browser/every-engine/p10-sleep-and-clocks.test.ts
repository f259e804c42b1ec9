/** P10 and P12 in real tabs: whatever slept, the machine, a hidden tab or a frozen one, is right with its first step. */

import { describe, expect, inject, it } from 'vitest';
import {
  adaInTwoTabs,
  hasExpired,
  holdRefreshOf,
  locksOf,
  restored,
  send,
  sendPatiently,
  setBareStage,
  signIn,
  status,
  subjectOf,
} from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import type { Conditions } from '../pages.ts';

const stage = setBareStage();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the machine sleeps for an hour', () => {
  it.each([
    ['both clocks jump', { wall: HOUR, monotonic: HOUR }],
    ['only the wall clock does', { wall: HOUR, monotonic: 0 }],
    ['only the monotonic clock does, and the wall clock is set back', { wall: -DAY, monotonic: HOUR }],
  ])('%s: the first requests are answered, and none of them meets a 401', async (_, by) => {
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
  ])('%s: nothing breaks, then and at the next expiry', async (_, wall, refreshes) => {
    const tabs = await adaInTwoTabs(stage);
    for (const tab of tabs) await tab.run((wall) => window.surroundings.shiftClocks({ wall, monotonic: 0 }), wall);
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
  it('lets its token expire, and refreshes once it is asked for one, however slow its timers are', async () => {
    stage.server.settings.lifetime = 1.5;
    const tab = await stage.openTab();
    await signIn(tab, 'ada');
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

  it('is shown again after its token has expired: it has a new one before anybody asks', async () => {
    const tab = await stage.openTab();
    await signIn(tab, 'ada');
    const before = await stage.engine.open(`${stage.server.url}/elsewhere`);
    await expect.poll(() => tab.run(() => document.visibilityState)).toBe('hidden');
    await tab.run((wall) => window.surroundings.shiftClocks({ wall, monotonic: 0 }), HOUR);
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
      'the user signs out elsewhere',
      (shown) => shown.run(() => window.demo.auth.signOut()),
      async (woken) => {
        expect(await send(woken, 1)).toEqual([401]);
        expect(await status(woken)).toBe('signed-out');
      },
    ],
    [
      'another user signs in elsewhere',
      (shown) => signIn(shown, 'bob'),
      async (woken) => {
        expect(await send(woken, 1, 'woken')).toEqual([200]);
        expect(stage.server.log().at(-1)).toMatchObject({ requestId: 'woken-0', user: 'bob' });
        expect(await subjectOf(woken)).toBe('bob');
      },
    ],
    [
      'the token is refreshed elsewhere',
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

  it.each(elsewhere)('%s: it is right with its first step', async (_, happen, expectRight) => {
    const [hidden, shown] = await adaInTheBackground();
    await hidden.freeze?.();
    await happen(shown);
    await wake(hidden);
    await expectRight(hidden);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('in mid-refresh: the others are told in time, nobody spends its refresh token, and all go on when it wakes', async () => {
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

  it('with the lock, but waiting for what a dead tab has left behind: the others go on, and it doesn’t follow them', async () => {
    const dying = await stage.openTab(conditions);
    await signIn(dying, 'ada');
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
    expect(await waiting).toEqual(['refresh-unavailable']);
    expect(await sendPatiently(hidden)).toBe(200);
    expect(stage.server.stats()).toMatchObject({ rotations: 2, reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('in the line for the lock: the others go on, and its own callers are told to try again', async () => {
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
