/** P7 in real tabs: another user signs in at each point of what the first one's tab is doing. */

import { describe, expect, it } from 'vitest';
import { adaInTwoTabs, holdRefreshOf, send, setBareStage, signIn, subjectOf } from '../bare-stage.ts';
import { answersTo, ownerOfCookie } from '../cookie-owner.ts';
import type { Tab } from '../engines/engine.ts';

const stage = setBareStage();

describe('another user signs in in one tab', () => {
  async function expectBobEverywhere(tab: Tab, ...others: Tab[]) {
    const tabs = [tab, ...others];
    for (const tab of tabs) await expect.poll(() => subjectOf(tab)).toBe('bob');
    for (const tab of tabs) expect(await send(tab, 1, 'of-bob')).toEqual([200]);
    expect(new Set(answersTo(stage, 'of-bob'))).toEqual(new Set(['200 bob']));
    expect(answersTo(stage, 'of-ada').filter((answer) => answer.endsWith('bob'))).toEqual([]);
    expect(await ownerOfCookie(stage, tab)).toBe('bob');
    expect(stage.server.stats().reuseAlarms).toBe(0);
  }

  it('a request that waits for a refresh is not sent as Bob', async () => {
    const [adas, bobs] = await adaInTwoTabs(stage);
    stage.server.expire();
    // Bob's login is under way, and has the lock, when Ada's requests meet their 401s.
    const login = stage.server.holdLogin();
    const signingIn = signIn(bobs, 'bob');
    await login.arrived;
    const waiting = send(adas, 3, 'of-ada');
    await expect.poll(() => stage.server.stats().unauthorized).toBe(3);
    login.release();
    await signingIn;
    expect(await waiting).toEqual(['session-changed', 'session-changed', 'session-changed']);
    expect(answersTo(stage, 'of-ada')).toEqual(['401 ada', '401 ada', '401 ada']);
    await expectBobEverywhere(adas, bobs);
  });

  it('the late answer to Ada’s refresh doesn’t bring Ada back', async () => {
    const [adas, bobs] = await adaInTwoTabs(stage);
    const held = await holdRefreshOf(stage, adas, 3, 'of-ada');
    const signingIn = signIn(bobs, 'bob');
    held.release();
    await signingIn;
    await held.answers;
    await expectBobEverywhere(adas, bobs);
  });

  it('the late cookie of a closed tab undoes no sign-in', async () => {
    const patient = { options: { refreshTimeout: 6_000 } };
    const [dying, staying] = await adaInTwoTabs(stage, patient);
    const held = await holdRefreshOf(stage, dying);
    await dying.close();
    const fresh = await stage.openTab(patient);
    const signingIn = signIn(fresh, 'bob');
    // It has heard from the other one; if it signed in at once now, that would come before what is sent after it.
    await expect.poll(() => subjectOf(fresh)).toBe('ada');
    await fresh.run(() => fetch('/elsewhere').then(() => {}));
    expect(stage.server.stats().logins).toBe(1);
    held.release();
    await signingIn;
    await expectBobEverywhere(fresh, staying);
  });

  it('a request refused after Bob’s sign-in is not sent as Bob’s', async () => {
    const [adas, bobs] = await adaInTwoTabs(stage);
    stage.server.expire();
    const refused = stage.server.holdApi();
    const request = send(adas, 1, 'of-ada');
    await refused.arrived;
    await signIn(bobs, 'bob');
    await expect.poll(() => subjectOf(adas)).toBe('bob');
    refused.release();
    expect(await request).toEqual(['session-changed']);
    expect(answersTo(stage, 'of-ada')).toEqual(['401 ada']);
    await expectBobEverywhere(adas, bobs);
  });

  it('a replay on its way when Bob signs in stays Ada’s', async () => {
    const [adas, bobs] = await adaInTwoTabs(stage);
    stage.server.expire();
    const refused = stage.server.holdApi();
    const request = send(adas, 1, 'of-ada');
    await refused.arrived;
    const replay = stage.server.holdApi();
    refused.release();
    await replay.arrived;
    await signIn(bobs, 'bob');
    replay.release();
    expect(await request).toEqual([200]);
    expect(answersTo(stage, 'of-ada')).toEqual(['401 ada', '200 ada']);
    await expectBobEverywhere(adas, bobs);
  });
});
