/** An app on plain http, on a name that isn't this machine's own: browsers keep Web Locks, and more, from it. */

import { expect, it } from 'vitest';
import { adaInTwoTabs, restored, send, setBareStage, signIn, status, subjectOf } from '../bare-stage.ts';

const stage = setBareStage({ host: 'app.test' });

it('one tab: one refresh, every request answered, and a reload finds the session', async () => {
  const tab = await stage.openTab();
  expect(await tab.run(() => [isSecureContext, navigator.locks === undefined])).toEqual([false, true]);
  await signIn(tab, 'ada');
  stage.server.expire();
  expect(new Set(await send(tab, 20))).toEqual(new Set([200]));
  expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, reuseAlarms: 0 });
  await tab.goto(await tab.run(() => location.href));
  expect(await restored(tab)).toBe('signed-in');
});

it('several tabs: a new one needs no server, and each refreshes for itself at most', async () => {
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

it('another user, and a sign-out, show in the other tab', async () => {
  const [one, other] = await adaInTwoTabs(stage);
  await signIn(one, 'bob');
  await expect.poll(() => subjectOf(other)).toBe('bob');
  await one.run(() => window.demo.auth.signOut());
  await expect.poll(() => status(other)).toBe('signed-out');
});
