/** P5 with Django: a token endpoint that fails for a while, and one that redirects. */

import { describe, expect, it } from 'vitest';
import { send, signIn, status } from '../../browser/bare-stage.ts';
import { refreshes, reuseAlarms, rotations } from './control.ts';
import { adasTabs, setDjangoStage, WAYS } from './stage.ts';

const stage = setDjangoStage();

describe.each(WAYS)('the refresh token is %s', (_, way) => {
  it('a 503 of one second fails no request in any tab', async () => {
    const tabs = await adasTabs(stage, way, 3);
    await stage.server.breakRefresh('503', 1);
    await stage.server.expire();
    const answers = await Promise.all(tabs.map((tab, index) => send(tab, 20, `tab-${index}`)));
    expect(new Set(answers.flat())).toEqual(new Set([200]));
    const seen = await stage.server.look();
    expect(refreshes(seen).map(({ status }) => status)).toContain(503);
    expect(Object.values(rotations(seen))).toEqual([1]);
    expect(reuseAlarms(seen)).toBe(0);
  });

  it('a refresh that is redirected to a login page signs nobody out', async () => {
    const tabs = await adasTabs(stage, way, 3);
    await stage.server.breakRefresh('redirect');
    await stage.server.expire();
    expect(await send(tabs[0], 3)).toEqual(Array(3).fill('refresh-unavailable'));
    for (const tab of tabs) expect(await status(tab)).toBe('signed-in');
    await stage.server.mend();
    for (const tab of tabs) await expect.poll(() => send(tab, 3)).toEqual([200, 200, 200]);
    expect(reuseAlarms(await stage.server.look())).toBe(0);
  });

  it('an address without its slash is redirected, and the error says so', async () => {
    const tab = await stage.openTab(way, { slash: 'without' });
    await signIn(tab, 'ada');
    await stage.server.expire();
    const message = await tab.run(() => window.demo.auth.fetch('/api/me').catch((error) => String(error.message)));
    expect(message).toContain('it was redirected, and nothing follows');
    expect(await status(tab)).toBe('signed-in');
    expect(refreshes(await stage.server.look())).toEqual([]);
  });
});
