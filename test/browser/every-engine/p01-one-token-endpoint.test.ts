/** P1 and P4 in real tabs: clients of different names share one token endpoint, its cookie, and its turns. */

import { expect, it } from 'vitest';
import {
  adasTab,
  holdRefreshOf,
  restored,
  rounds,
  send,
  setBareStage,
  signIn,
  signOut,
  subjectOf,
} from '../bare-stage.ts';
import { spendCookie } from '../cookie-owner.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

/** Ada in two tabs, whose clients don't hear each other. */
async function adaByTwoNames(): Promise<[Tab, Tab]> {
  const one = await adasTab(stage, { options: { name: 'one' } });
  const other = await stage.openTab({ options: { name: 'other' } });
  expect(await restored(other)).toBe('signed-in');
  return [one, other];
}

it('refreshes of two clients never overlap, whatever their names', async () => {
  const tabs = await adaByTwoNames();
  stage.server.settings.refreshLatency = 100;
  const expiries = rounds(5, 50);
  for (let expiry = 1; expiry <= expiries; expiry++) {
    stage.server.expire();
    const answers = await Promise.all(tabs.map((tab) => send(tab, 3)));
    expect({ expiry, answers: answers.flat() }).toEqual({ expiry, answers: Array(6).fill(200) });
  }
  // One of each client's own, and the second one's restore.
  expect(stage.server.stats()).toMatchObject({ rotations: 2 * expiries + 1, reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('a sign-in waits for another client’s refresh, whatever their names', async () => {
  const [adas, bobs] = await adaByTwoNames();
  const held = await holdRefreshOf(stage, adas);
  const signingIn = signIn(bobs, 'bob');
  signingIn.catch(() => {});
  // If it signed in at once now, that would come before what is sent after it.
  await bobs.run(() => fetch('/elsewhere').then(() => {}));
  expect(stage.server.stats().logins).toBe(1);
  held.release();
  expect(await held.answers).toEqual([200]);
  expect(await signingIn).toBe('signed-in');
  expect(await subjectOf(bobs)).toBe('bob');
  expect(await spendCookie(bobs, stage.server)).toMatchObject({ user: 'bob', outcome: 'rotated' });
});

it('a sign-out waits for another client’s refresh, whatever their names', async () => {
  const [one, other] = await adaByTwoNames();
  stage.server.settings.signOutEnds = 'cookie';
  const held = await holdRefreshOf(stage, one);
  const signingOut = signOut(other);
  await other.run(() => fetch('/elsewhere').then(() => {}));
  expect(stage.server.stats().logouts).toBe(0);
  held.release();
  expect(await held.answers).toEqual([200]);
  expect(await signingOut).toBe(true);
  expect(await spendCookie(other, stage.server)).toMatchObject({ outcome: 'unknown' });
});
