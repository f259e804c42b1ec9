/** P4 in real tabs: a visitor has no cookie that a reload could lose, and waits for none. */

import { expect, it } from 'vitest';
import { holdRefreshOf, restored, setBareStage, signIn, signOut, status } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { QUICK, reload } from '../given.ts';

const stage = setBareStage();

/** Half of it, longer than any of these tests, is what an answer that a page has left behind is waited for. */
const PATIENT = { options: { refreshTimeout: 120_000 } };

/** Reloads the page while its restore stands still at the server. */
async function reloadInMidRestore(tab: Tab): Promise<{ release(): void }> {
  const held = stage.server.holdRefresh();
  void restored(tab).catch(() => {});
  await held.arrived;
  await reload(stage, tab, PATIENT);
  return held;
}

const pasts: [string, (tab: Tab) => Promise<unknown>][] = [
  ['a visitor’s visit', async (tab) => expect(await restored(tab)).toBe('signed-out')],
  [
    'a sign-out',
    async (tab) => {
      await signIn(tab, 'ada');
      expect(await signOut(tab)).toBe(true);
    },
  ],
  [
    'the session’s end',
    async (tab) => {
      await signIn(tab, 'ada');
      stage.server.revoke('ada');
      expect(await tab.run(() => window.demo.auth.refresh().catch(({ code }) => code))).toBe('session-expired');
    },
  ],
];

it.each(pasts)('after %s, a reload in mid-restore delays no restore', async (_, live) => {
  const tab = await stage.openTab(PATIENT);
  await live(tab);
  await reload(stage, tab, PATIENT);
  const { refreshCalls } = stage.server.stats();
  const held = await reloadInMidRestore(tab);
  // The first page's answer is still held back.
  const restoring = restored(tab);
  restoring.catch(() => {});
  await expect.poll(() => stage.server.stats().refreshCalls).toBe(refreshCalls + 2);
  expect(await restoring).toBe('signed-out');
  held.release();
});

it.each(pasts)('after %s, a reload in mid-restore delays no sign-in', async (_, live) => {
  const tab = await stage.openTab(PATIENT);
  await live(tab);
  await reload(stage, tab, PATIENT);
  const { logins } = stage.server.stats();
  const held = await reloadInMidRestore(tab);
  const signingIn = signIn(tab, 'ada');
  signingIn.catch(() => {});
  await expect.poll(() => stage.server.stats().logins).toBe(logins + 1);
  expect(await signingIn).toBe('signed-in');
  held.release();
});

it('a failed connection delays no sign-in where its page lives on', async () => {
  const tab = await stage.openTab(PATIENT);
  Object.assign(stage.server.settings, { fault: 'drop', dropAfterRotation: false });
  expect(await tab.run(() => window.demo.auth.restore().catch(({ code }) => code))).toBe('refresh-unavailable');
  stage.server.settings.fault = 'none';
  const signingIn = signIn(tab, 'ada');
  signingIn.catch(() => {});
  await expect.poll(() => stage.server.stats().logins).toBe(1);
  expect(await signingIn).toBe('signed-in');
});

it('a visitor who has signed in stays so when reloaded in mid-refresh', async () => {
  const tab = await stage.openTab(QUICK);
  expect(await restored(tab)).toBe('signed-out');
  await signIn(tab, 'ada');
  const held = await holdRefreshOf(stage, tab);
  await reload(stage, tab, QUICK);
  const restoring = restored(tab);
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('a visitor signed in elsewhere stays so when reloaded in mid-refresh', async () => {
  const [tab, other] = [await stage.openTab(QUICK), await stage.openTab(QUICK)];
  expect(await restored(tab)).toBe('signed-out');
  await signIn(other, 'ada');
  await expect.poll(() => status(tab)).toBe('signed-in');
  await other.close();
  const held = await holdRefreshOf(stage, tab);
  await reload(stage, tab, QUICK);
  const restoring = restored(tab);
  held.release();
  expect(await restoring).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});
