/** Django's CSRF check, with and without its cookie. */

import { expect, it } from 'vitest';
import { restored, send, signIn, signOut, status } from '../../browser/bare-stage.ts';
import type { Tab } from '../../browser/engines/engine.ts';
import { refreshes, reuseAlarms } from './control.ts';
import { adasTabs, setDjangoStage } from './stage.ts';

const stage = setDjangoStage();

const csrfCookie = (tab: Tab): Promise<boolean> => tab.run(() => document.cookie.includes('csrftoken='));

async function loseCsrfCookie(tab: Tab): Promise<void> {
  await tab.run(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every engine
    document.cookie = 'csrftoken=; Path=/; Max-Age=0';
  });
  expect(await csrfCookie(tab)).toBe(false);
}

it('a first visit without the CSRF cookie ends in signed-out', async () => {
  const tab = await stage.openTab('cookie');
  expect(await restored(tab)).toBe('signed-out');
  expect(refreshes(await stage.server.look())).toEqual([
    expect.objectContaining({ status: 403, said: expect.stringContaining('CSRF') }),
  ]);
  // The refusal has set the cookie, so the login needn't ask for one.
  expect(await csrfCookie(tab)).toBe(true);
  await signIn(tab, 'ada');
  expect(await send(tab, 1)).toEqual([200]);
});

it('a first visit with the CSRF cookie ends in signed-out', async () => {
  const tab = await stage.openTab('cookie', { page: 'with-csrf' });
  expect(await restored(tab)).toBe('signed-out');
  expect(refreshes(await stage.server.look())).toEqual([expect.objectContaining({ status: 401 })]);
});

it('a lost CSRF cookie signs nobody out', async () => {
  const tabs = await adasTabs(stage, 'cookie', 3);
  await loseCsrfCookie(tabs[0]);
  await stage.server.expire();
  const [first] = await send(tabs[0], 1);
  expect(first).toBe('refresh-unavailable');
  for (const tab of tabs) expect(await status(tab)).toBe('signed-in');
  // The refusal has set it again. A pause goes before the next attempt.
  expect(await csrfCookie(tabs[0])).toBe(true);
  await expect.poll(() => send(tabs[0], 1)).toEqual([200]);
  for (const tab of tabs) expect(await send(tab, 3)).toEqual([200, 200, 200]);
  const seen = await stage.server.look();
  expect(seen.sessions).toEqual([expect.objectContaining({ endedBy: '' })]);
  expect(reuseAlarms(seen)).toBe(0);
});

it('a lost CSRF cookie signs nobody out whose page sets it', async () => {
  const [tab] = await adasTabs(stage, 'cookie', 1);
  await loseCsrfCookie(tab);
  await tab.goto(stage.pageOf('cookie', { page: 'with-csrf' }));
  expect(await restored(tab)).toBe('signed-in');
});

it('a lost CSRF cookie at a page load ends no session, though the page shows none until the next load', async () => {
  const [tab] = await adasTabs(stage, 'cookie', 1);
  await loseCsrfCookie(tab);
  await tab.goto(stage.pageOf('cookie'));
  expect(await restored(tab)).toBe('signed-out');
  await tab.goto(stage.pageOf('cookie'));
  expect(await restored(tab)).toBe('signed-in');
});

it('a lost CSRF cookie delays a sign-out, and the next one is confirmed', async () => {
  const [tab] = await adasTabs(stage, 'cookie', 1);
  await loseCsrfCookie(tab);
  expect(await signOut(tab)).toBe(false);
  expect(await signOut(tab)).toBe(true);
  expect((await stage.server.look()).sessions).toEqual([expect.objectContaining({ endedBy: 'sign-out' })]);
});
