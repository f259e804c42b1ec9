/** P1 in real pages that lack Web Locks, BroadcastChannel, or both: still correct, only with more refreshes. */

import { describe, expect, it } from 'vitest';
import type { Demo } from '../../../demo/page/expose.ts';
import { adasTab, adasTabs, restored, send, setBareStage, signIn, signOut, status, subjectOf } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import type { Conditions } from '../pages.ts';

declare global {
  interface Window {
    /** The second client of the page `two-clients`. */
    readonly other: Demo;
  }
}

const stage = setBareStage();

const TABS = 4;

async function openTabs(conditions: Conditions): Promise<Tab[]> {
  // Where tabs can't take turns, it takes a server that forgives.
  if (conditions.without?.includes('locks')) stage.server.settings.overlap = 10_000;
  return adasTabs(stage, TABS, conditions);
}

async function expectAllAnswered(tabs: Tab[]) {
  for (let expiry = 1; expiry <= 3; expiry++) {
    stage.server.expire();
    const answers = await Promise.all(tabs.map((tab) => send(tab, 5)));
    expect(new Set(answers.flat())).toEqual(new Set([200]));
  }
  expect(stage.server.stats().reuseAlarms).toBe(0);
}

const surroundings: [string, Conditions['without']][] = [
  ['Web Locks', ['locks']],
  ['BroadcastChannel', ['BroadcastChannel']],
  ['both', ['locks', 'BroadcastChannel']],
];

describe.each(surroundings)('without %s', (_, without = []) => {
  it('requests of all tabs are answered at each expiry', async () => {
    const tabs = await openTabs({ without });
    const { rotations } = stage.server.stats();
    await expectAllAnswered(tabs);
    // A refresh for each tab at most.
    expect(stage.server.stats().rotations - rotations).toBeLessThanOrEqual(3 * TABS);
    if (!without.includes('locks')) expect(stage.server.stats().overlappingRefreshes).toBe(0);
  });

  it('the token is in no storage', async () => {
    const [tab, other] = await openTabs({ without });
    if (!tab || !other) throw new Error('no tabs');
    // Where a new tab doesn't hear the others, its restore may pass for another user's sign-in: see docs/limits.md.
    const token = (each: Tab) => each.run(() => window.demo.auth.getAccessToken().catch(() => ''));
    const tokens: string[] = [];
    for (const each of [tab, other]) {
      await expect.poll(() => token(each)).not.toBe('');
      tokens.push(await token(each));
    }
    const stored = await tab.run(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    for (const token of tokens) expect(stored).not.toContain(token.split('.').at(-1));
  });

  it('a sign-out and another user show in the other tabs', async () => {
    const [one, other] = await openTabs({ without });
    if (!one || !other) throw new Error('no tabs');
    expect(await signIn(one, 'bob')).toBe('signed-in');
    await expect.poll(() => send(other, 1).then(() => subjectOf(other))).toBe('bob');
    await signOut(one);
    await expect.poll(() => status(other)).toBe('signed-out');
    expect(stage.server.stats().reuseAlarms).toBe(0);
  });
});

describe('two clients of one name in one page', () => {
  it('two clients of one name in one page share one session', async () => {
    const tab = await stage.openTab({ page: 'two-clients' });
    await expect.poll(() => tab.run(() => 'other' in window)).toBe(true);
    await signIn(tab, 'ada');
    const states = () => tab.run(() => [window.demo, window.other].map(({ auth }) => auth.getState().status));
    await expect.poll(states).toEqual(['signed-in', 'signed-in']);
    stage.server.expire();
    const answers = await tab.run(() =>
      Promise.all(
        [window.demo, window.other, window.demo, window.other].map(({ auth }, index) =>
          auth.fetch(`/api/me?${index}`).then(({ status }) => status),
        ),
      ),
    );
    expect(answers).toEqual([200, 200, 200, 200]);
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, unauthorized: 4, reuseAlarms: 0 });
    await signOut(tab);
    await expect.poll(states).toEqual(['signed-out', 'signed-out']);
  });
});

describe('tabs of two releases, whose messages have different versions', () => {
  async function openReleases(): Promise<Tab[]> {
    const tabs = [await adasTab(stage)];
    for (const wire of [1, 2, 2]) {
      const tab = await stage.openTab({ wire });
      expect(await restored(tab)).toBe('signed-in');
      tabs.push(tab);
    }
    return tabs;
  }

  it('tabs of two releases refresh once for each release, never together', async () => {
    const tabs = await openReleases();
    // The first of the other release couldn't ask anybody but the server.
    expect(stage.server.stats().refreshCalls).toBe(1);
    for (let expiry = 1; expiry <= 3; expiry++) {
      const { rotations } = stage.server.stats();
      stage.server.expire();
      const answers = await Promise.all(tabs.map((tab) => send(tab, 5)));
      expect(new Set(answers.flat())).toEqual(new Set([200]));
      expect(stage.server.stats().rotations - rotations).toBeLessThanOrEqual(2);
    }
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('tabs of another release learn of a sign-out from the server', async () => {
    const tabs = await openReleases();
    await signOut(tabs[0] as Tab);
    for (const tab of tabs.slice(1)) {
      expect([[401], ['session-expired'], ['signed-out']]).toContainEqual(await send(tab, 1));
      expect(await status(tab)).toBe('signed-out');
    }
    expect(stage.server.stats().reuseAlarms).toBe(0);
  });
});
