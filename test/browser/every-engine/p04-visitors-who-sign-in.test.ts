/** P4 in real tabs: what a visitor's page has left behind does no harm to whoever signs in then. */

import { expect, it } from 'vitest';
import { restored, setBareStage, signIn } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { logInOnLoginPage, reload } from '../given.ts';

const stage = setBareStage();

const CONDITIONS = { options: { refreshTimeout: 4_000 } };

async function reloadInMidRestore(tab: Tab): Promise<void> {
  const { refreshCalls } = stage.server.stats();
  void restored(tab).catch(() => {});
  await expect.poll(() => stage.server.stats().refreshCalls).toBe(refreshCalls + 1);
  await reload(stage, tab, CONDITIONS);
}

it('a visitor who has signed in survives a reload in mid-restore', async () => {
  const tab = await stage.openTab(CONDITIONS);
  expect(await restored(tab)).toBe('signed-out');
  // The app asks by restore(), as for any visitor.
  await logInOnLoginPage(stage, tab);
  await reload(stage, tab, CONDITIONS);
  stage.server.settings.refreshLatency = 500;
  await reloadInMidRestore(tab);
  expect(await restored(tab)).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('a late "no session" to a visitor’s page takes no user’s cookie', async () => {
  const tab = await stage.openTab(CONDITIONS);
  expect(await restored(tab)).toBe('signed-out');
  await reload(stage, tab, CONDITIONS);
  stage.server.settings.refreshLatency = 500;
  await reloadInMidRestore(tab);
  expect(await signIn(tab, 'ada')).toBe('signed-in');
  // The answer, which deletes the cookie, has landed.
  await expect.poll(() => stage.server.log().filter(({ kind }) => kind === 'refresh').length).toBe(2);
  await tab.run(() => fetch('/elsewhere').then(() => {}));
  await reload(stage, tab, CONDITIONS);
  expect(await restored(tab)).toBe('signed-in');
});
