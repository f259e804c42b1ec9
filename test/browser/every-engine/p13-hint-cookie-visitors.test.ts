/** P13 in real tabs, the other way round: a hint cookie that isn't there spares visitors each request, and never a user. */

import { expect, it } from 'vitest';
import { adasTab, restored, setBareStage, signIn, signOut, status, subjectOf } from '../bare-stage.ts';
import { reload } from '../given.ts';
import { hinted, hintIn, hintOf, writeHint } from '../hinted.ts';

const stage = setBareStage();

it('a visitor’s page asks the server nothing', async () => {
  const tab = await stage.openTab(hinted(stage));
  expect(await status(tab)).toBe('signed-out');
  expect(await restored(tab)).toBe('signed-out');
  expect(await tab.run(() => window.demo.auth.fetch('/api/me').then(({ status }) => status))).toBe(401);
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 0 });
});

it('a visitor who signs in stays so, and after their sign-out is a visitor', async () => {
  const tab = await stage.openTab(hinted(stage));
  await signIn(tab, 'ada');
  await reload(stage, tab, hinted(stage));
  expect(await restored(tab)).toBe('signed-in');
  await signOut(tab);
  const { refreshCalls } = stage.server.stats();
  await reload(stage, tab, hinted(stage));
  expect(await status(tab)).toBe('signed-out');
  expect(await restored(tab)).toBe('signed-out');
  expect(stage.server.stats().refreshCalls).toBe(refreshCalls);
});

it('a hint of no session costs one request, and none after that', async () => {
  const tab = await stage.openTab({ page: 'tab' });
  await writeHint(tab, hintOf(stage), 'made-up.1');
  await reload(stage, tab, hinted(stage));
  expect(await restored(tab)).toBe('signed-out');
  expect(stage.server.stats().refreshCalls).toBe(1);
  await reload(stage, tab, hinted(stage));
  expect(await status(tab)).toBe('signed-out');
  expect(stage.server.stats().refreshCalls).toBe(1);
});

it('a session whose hint was deleted costs one sign-in', async () => {
  const tab = await adasTab(stage, hinted(stage));
  // The page that deletes it has no client that would ask the server, and get it again.
  await reload(stage, tab);
  await writeHint(tab, hintOf(stage), '');
  await reload(stage, tab, hinted(stage));
  expect(await status(tab)).toBe('signed-out');
  expect(await restored(tab)).toBe('signed-out');
  expect(stage.server.stats().refreshCalls).toBe(0);
  await signIn(tab, 'ada');
  await reload(stage, tab, hinted(stage));
  expect(await restored(tab)).toBe('signed-in');
});

it('a tab whose hint is deleted asks once, and gets it again', async () => {
  const tab = await adasTab(stage, hinted(stage));
  await writeHint(tab, hintOf(stage), '');
  await tab.run(() => void document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(() => hintIn(tab, hintOf(stage))).toMatch(/^\d+\.1$/);
  await tab.run(() => void document.dispatchEvent(new Event('visibilitychange')));
  expect(await subjectOf(tab)).toBe('ada');
  await reload(stage, tab, hinted(stage));
  expect(await restored(tab)).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 2, reuseAlarms: 0 });
});

it('with a server that sets no hint, pages restore as ever', async () => {
  stage.server.settings.hint = 'none';
  const tab = await adasTab(stage, hinted(stage));
  await reload(stage, tab, hinted(stage));
  expect(await restored(tab)).toBe('signed-in');
  expect(await subjectOf(tab)).toBe('ada');
});
