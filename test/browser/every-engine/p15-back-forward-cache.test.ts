/** P15 in real tabs: the client keeps no page out of the back/forward cache, and a page that comes back is right at once. */

import { describe, expect, it } from 'vitest';
import { adaInTwoTabs, restored, send, setBareStage, signIn, status, subjectOf } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

const HOUR = 3_600_000;

/** Firefox keeps no page that holds a lock, and word of a refresh is left as a lock for a second. */
const holdsNoLock = (tab: Tab) =>
  expect.poll(() => tab.run(() => navigator.locks.query().then(({ held = [] }) => held.length))).toBe(0);

const leave = async (tab: Tab) => {
  await holdsNoLock(tab);
  await tab.goto(`${stage.server.url}/elsewhere`);
};

const cameBackFromCache = (tab: Tab) => tab.run(() => window.surroundings.isRestored);

it('after sign-in, refresh and requests it is still kept, and comes back as it was', async () => {
  const tab = await stage.openTab();
  await signIn(tab, 'ada');
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
  await other.run(() => window.demo.auth.signOut());
  await expect.poll(() => status(tab)).toBe('signed-out');
});

it('after dispose() it is kept, too', async () => {
  const tab = await stage.openTab();
  await signIn(tab, 'ada');
  await tab.run(() => window.demo.auth.dispose());
  await leave(tab);
  await tab.back();
  expect(await cameBackFromCache(tab)).toBe(true);
});

describe('while it is away', () => {
  const meanwhile: [string, (other: Tab) => Promise<unknown>, (back: Tab) => Promise<void>][] = [
    [
      'the user signs out',
      (other) => other.run(() => window.demo.auth.signOut()),
      async (back) => {
        expect(await send(back, 1, 'back')).toEqual([401]);
        expect(stage.server.log().find(({ requestId }) => requestId === 'back-0')?.user).toBeUndefined();
        expect(await status(back)).toBe('signed-out');
      },
    ],
    [
      'another user signs in',
      (other) => signIn(other, 'bob'),
      async (back) => {
        expect(await send(back, 1, 'back')).toEqual([200]);
        expect(stage.server.log().find(({ requestId }) => requestId === 'back-0')?.user).toBe('bob');
        expect(await subjectOf(back)).toBe('bob');
      },
    ],
    [
      'the token is refreshed',
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

  it.each(meanwhile)('%s: its first step is right', async (_, happen, expectRight) => {
    const [tab, other] = await adaInTwoTabs(stage);
    await leave(tab);
    await happen(other);
    await tab.back();
    await expectRight(tab);
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a page back with expired tokens finds the new user itself', async () => {
    const [tab, other] = await adaInTwoTabs(stage);
    await tab.run((wall) => window.surroundings.shiftClocks({ wall, monotonic: 0 }), HOUR);
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

  it('the user signs out in a tab that is closed by then: its first step is right', async () => {
    const [tab, other] = await adaInTwoTabs(stage);
    await leave(tab);
    await other.run(() => window.demo.auth.signOut());
    await other.close();
    await tab.back();
    // WebKit brings the page back as it was, and nobody is left to tell it: it learns it from the server.
    expect([[401], ['session-expired']]).toContainEqual(await send(tab, 1));
    expect(await status(tab)).toBe('signed-out');
  });
});
