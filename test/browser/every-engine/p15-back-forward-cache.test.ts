/** P15 in real tabs: the client keeps no page out of the back/forward cache, and a page that comes back is right at once. */

import { describe, expect, it } from 'vitest';
import {
  adaInTwoTabs,
  adasTab,
  holdRefreshOf,
  restored,
  send,
  setBareStage,
  signIn,
  signOut,
  status,
  subjectOf,
} from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { HOUR, jumpWallClock } from '../given.ts';

const stage = setBareStage();

/** Firefox keeps no page that holds a lock, and word of a refresh is left as a lock for a second. */
const holdsNoLock = (tab: Tab) =>
  expect.poll(() => tab.run(() => navigator.locks.query().then(({ held = [] }) => held.length))).toBe(0);

const leave = async (tab: Tab) => {
  await holdsNoLock(tab);
  await tab.goto(`${stage.server.url}/elsewhere`);
};

const cameBackFromCache = (tab: Tab) => tab.run(() => window.surroundings.isRestored);

it('a page that has refreshed comes back from the cache', async () => {
  const tab = await adasTab(stage);
  stage.server.expire();
  expect(await send(tab, 3)).toEqual([200, 200, 200]);
  await leave(tab);
  await tab.back();
  expect(await cameBackFromCache(tab)).toBe(true);
  const { refreshCalls } = stage.server.stats();
  expect(await status(tab)).toBe('signed-in');
  expect(await send(tab, 3)).toEqual([200, 200, 200]);
  expect(stage.server.stats().refreshCalls).toBe(refreshCalls);

  // It hears the others again.
  const other = await stage.openTab();
  expect(await restored(other)).toBe('signed-in');
  expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
  await signOut(other);
  await expect.poll(() => status(tab)).toBe('signed-out');
});

it('a page comes back from the cache after dispose()', async () => {
  const tab = await adasTab(stage);
  await tab.run(() => window.demo.auth.dispose());
  await leave(tab);
  await tab.back();
  expect(await cameBackFromCache(tab)).toBe(true);
});

it('a page that is left in mid-refresh holds nobody up who stands in line already', async () => {
  const [left, waiting] = await adaInTwoTabs(stage);
  const refresh = await holdRefreshOf(stage, left);
  refresh.answers.catch(() => {});
  const answers = send(waiting, 1, 'waiting');
  // Chromium frees the lock of a page in its cache when somebody counts the locks: this test mustn't.
  await expect.poll(() => stage.server.log().some(({ requestId }) => requestId === 'waiting-0')).toBe(true);
  await left.goto(`${stage.server.url}/elsewhere`);
  refresh.release();

  expect(await answers).toEqual([200]);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0 });
  await left.close();
});

describe('while it is away', () => {
  const meanwhile: [string, (other: Tab) => Promise<unknown>, (back: Tab) => Promise<void>][] = [
    [
      'a sign-out elsewhere',
      (other) => signOut(other),
      async (back) => {
        expect(await send(back, 1, 'back')).toEqual([401]);
        expect(stage.server.log().find(({ requestId }) => requestId === 'back-0')?.user).toBeUndefined();
        expect(await status(back)).toBe('signed-out');
      },
    ],
    [
      'a sign-in elsewhere',
      (other) => signIn(other, 'bob'),
      async (back) => {
        expect(await send(back, 1, 'back')).toEqual([200]);
        expect(stage.server.log().find(({ requestId }) => requestId === 'back-0')?.user).toBe('bob');
        expect(await subjectOf(back)).toBe('bob');
      },
    ],
    [
      'a refresh elsewhere',
      async (other) => {
        stage.server.expire();
        expect(await send(other, 3)).toEqual([200, 200, 200]);
      },
      async (back) => {
        const { refreshCalls } = stage.server.stats();
        expect(await send(back, 1)).toEqual([200]);
        expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
      },
    ],
  ];

  it.each(meanwhile)('a page that comes back after %s is right', async (_, happen, expectRight) => {
    const [tab, other] = await adaInTwoTabs(stage);
    await leave(tab);
    await happen(other);
    await tab.back();
    await expectRight(tab);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a page back with expired tokens finds the new user itself', async () => {
    const [tab, other] = await adaInTwoTabs(stage);
    await jumpWallClock(tab, HOUR);
    await leave(tab);
    await signIn(other, 'bob');
    // A hidden tab lets its token expire, and answers without one. WebKitGTK can't be told to hide it.
    await other.run((wall) => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
      window.surroundings.shiftClocks({ wall, monotonic: 0 });
    }, HOUR);
    stage.server.expire();
    await tab.back();
    // A page that is loaded anew asks for nobody until it is told to.
    if (!(await cameBackFromCache(tab))) await restored(tab);
    await expect.poll(() => subjectOf(tab)).toBe('bob');
    expect(await send(tab, 1)).toEqual([200]);
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
  });

  it('a page that comes back learns of a closed tab’s sign-out', async () => {
    const [tab, other] = await adaInTwoTabs(stage);
    await leave(tab);
    await signOut(other);
    await other.close();
    await tab.back();
    // WebKit brings the page back as it was, and nobody is left to tell it: it learns it from the server.
    expect([[401], ['session-expired']]).toContainEqual(await send(tab, 1));
    expect(await status(tab)).toBe('signed-out');
  });
});
