/** P1 on plain http, on a name that isn't this machine's own: browsers keep Web Locks, and more, from it. */

import { expect, it } from 'vitest';
import {
  adaInTwoTabs,
  adasTab,
  restored,
  send,
  setBareStage,
  signIn,
  signOut,
  status,
  subjectOf,
} from '../bare-stage.ts';

const stage = setBareStage({ host: 'app.test' });

it('on plain http, one tab refreshes once and survives a reload', async () => {
  const tab = await adasTab(stage);
  expect(await tab.run(() => [isSecureContext, navigator.locks === undefined])).toEqual([false, true]);
  stage.server.expire();
  expect(new Set(await send(tab, 20))).toEqual(new Set([200]));
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, reuseAlarms: 0 });
  await tab.goto(await tab.run(() => location.href));
  expect(await restored(tab)).toBe('signed-in');
});

it('on plain http, each tab refreshes once at most', async () => {
  // They can't take turns: it takes a server that forgives.
  stage.server.settings.overlap = 10_000;
  const tabs = await adaInTwoTabs(stage);
  expect(stage.server.stats().refreshCalls).toBe(0);
  stage.server.expire();
  const answers = await Promise.all(tabs.map((tab) => send(tab, 10)));
  expect(new Set(answers.flat())).toEqual(new Set([200]));
  expect(stage.server.stats().refreshCalls).toBeLessThanOrEqual(tabs.length);
  expect(stage.server.stats().reuseAlarms).toBe(0);
});

it('on plain http, another user or a sign-out shows in other tabs', async () => {
  const [one, other] = await adaInTwoTabs(stage);
  await signIn(one, 'bob');
  await expect.poll(() => subjectOf(other)).toBe('bob');
  await signOut(one);
  await expect.poll(() => status(other)).toBe('signed-out');
});
