/** The end of a session, with Django: by the user in one tab, and at the server. */

import { describe, expect, it } from 'vitest';
import { restored, send, signIn, signOut, status } from '../../browser/bare-stage.ts';
import { reuseAlarms } from './control.ts';
import { adasTabs, setDjangoStage, WAYS } from './stage.ts';

const stage = setDjangoStage();

const BY = { cookie: 'sign-out', body: 'blacklist' };

describe.each(WAYS)('the refresh token is %s', (_, way) => {
  it('a sign-out is seen in all tabs, and ends the session at the server', async () => {
    const tabs = await adasTabs(stage, way, 3);
    // The newest refresh token is none that the login gave.
    await stage.server.expire();
    expect(await send(tabs[1] ?? tabs[0], 1)).toEqual([200]);
    expect(await signOut(tabs[0])).toBe(true);
    for (const tab of tabs) await expect.poll(() => status(tab)).toBe('signed-out');
    expect((await stage.server.look()).sessions).toEqual([expect.objectContaining({ endedBy: BY[way] })]);
    const next = await stage.openTab(way);
    expect(await restored(next)).toBe('signed-out');
    expect(reuseAlarms(await stage.server.look())).toBe(0);
  });

  it('a session that the server has ended is over in all tabs', async () => {
    const tabs = await adasTabs(stage, way, 3);
    await stage.server.endSessions();
    await stage.server.expire();
    const answers = await Promise.all(tabs.map((tab, index) => send(tab, 5, `tab-${index}`)));
    // A request that was made before its tab heard of the end is told; a later one is plain fetch.
    expect(['session-expired', 401]).toEqual(expect.arrayContaining([...new Set(answers.flat())]));
    expect(answers.flat()).toContain('session-expired');
    for (const tab of tabs) {
      await expect.poll(() => status(tab)).toBe('signed-out');
      const reason = await tab.run(() => {
        const state = window.demo.auth.getState();
        return state.status === 'signed-out' && state.reason;
      });
      expect(reason).toBe('expired');
    }
    // And begins again.
    await signIn(tabs[0], 'ada');
    for (const tab of tabs) await expect.poll(() => status(tab)).toBe('signed-in');
  });
});
