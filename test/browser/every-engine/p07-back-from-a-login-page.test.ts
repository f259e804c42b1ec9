/** P4 and P7 in real tabs: a user comes back from a login page, which has set the cookie of a new session. */

import { expect, it } from 'vitest';
import { restored, setBareStage, signIn, signOut, status, subjectOf } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { logInOnLoginPage, QUICK, reload } from '../given.ts';

const stage = setBareStage();

/** Bob signs in there, and it leads back to the app. */
async function comeFromLoginPage(tab: Tab): Promise<void> {
  await logInOnLoginPage(stage, tab);
  await reload(stage, tab, QUICK);
}

/** Begins the session whose cookie is there; gives its user. */
const signInByCookie = (tab: Tab): Promise<string | undefined> =>
  tab.run(() => window.demo.auth.signIn().then((state) => (state.status === 'signed-in' ? state.subject : undefined)));

const pasts: [string, (tab: Tab) => Promise<unknown>][] = [
  ['no visit', async () => {}],
  ['a visitor’s visit', async (tab) => expect(await restored(tab)).toBe('signed-out')],
  ['another user', (tab) => signIn(tab, 'ada')],
  [
    'a sign-out',
    async (tab) => {
      await signIn(tab, 'ada');
      await signOut(tab);
    },
  ],
];

it.each(pasts)('after %s, the cookie of a login page signs in', async (_, live) => {
  const tab = await stage.openTab(QUICK);
  await live(tab);
  const { refreshCalls } = stage.server.stats();
  await comeFromLoginPage(tab);
  expect(await signInByCookie(tab)).toBe('bob');
  expect(stage.server.stats()).toMatchObject({ refreshCalls: refreshCalls + 1, reuseAlarms: 0 });
});

it.each(pasts)('after %s, a sign-in by cookie survives a reload', async (_, live) => {
  const tab = await stage.openTab(QUICK);
  await live(tab);
  await comeFromLoginPage(tab);
  const held = stage.server.holdRefresh();
  const leaving = signInByCookie(tab);
  leaving.catch(() => {});
  await Promise.race([held.arrived, leaving]);
  await reload(stage, tab, QUICK);
  const signingIn = signInByCookie(tab);
  held.release();
  expect(await signingIn).toBe('bob');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  await reload(stage, tab, QUICK);
  expect(await restored(tab)).toBe('signed-in');
});

it('a tab of another user learns who came from a login page', async () => {
  const [adas, bobs] = [await stage.openTab(QUICK), await stage.openTab(QUICK)];
  await signIn(adas, 'ada');
  await comeFromLoginPage(bobs);
  expect(await signInByCookie(bobs)).toBe('bob');
  await expect.poll(() => subjectOf(adas)).toBe('bob');
  expect(stage.server.stats().refreshCalls).toBe(1);
});

it('a signed-out tab learns who came from a login page', async () => {
  const [other, tab] = [await stage.openTab(QUICK), await stage.openTab(QUICK)];
  await signIn(other, 'ada');
  await signOut(other);
  expect(await status(other)).toBe('signed-out');
  await comeFromLoginPage(tab);
  expect(await signInByCookie(tab)).toBe('bob');
  await expect.poll(() => subjectOf(other)).toBe('bob');
});
