/** P1 and P13 in real tabs, on the built package and the demo's strict server. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { sendRequests, setStage, signIn, status } from './stage.ts';

const stage = setStage();

const all = (count: number) => Array.from({ length: count }, () => 200);

describe('one tab', () => {
  it('sign in, expire, burst of 20 by hand: one refresh, 20 answers (P1)', async () => {
    const tab = await stage.openTab();
    await signIn(tab, 'ada');
    await tab.getByTestId('reset-counts').click();
    await tab.getByTestId('expire').click();
    await tab.getByTestId('burst').click();

    await tab.locator('[data-testid=log] [data-kind=summary]').first().waitFor();
    expect(await tab.locator('[data-testid=log] [data-kind=summary]').first().textContent()).toMatch(/20 answered/);
    await expect.poll(() => tab.getByTestId('count-refreshCalls').textContent()).toBe('1');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, reuseAlarms: 0, unauthorized: 20 });
  });

  it('loads under a strict CSP with Trusted Types, and prints no error', async () => {
    const tab = await stage.openTab();
    await signIn(tab, 'ada');
    await sendRequests(tab, 3);
    // Chromium itself reports the visitor's first, refused refresh.
    const own = stage.console.filter((line) => !line.startsWith('Failed to load resource'));
    expect(own).toEqual([]);
  });
});

describe('six tabs', () => {
  async function openSix(): Promise<Page[]> {
    const first = await stage.openTab();
    await signIn(first, 'ada');
    const others = await Promise.all(Array.from({ length: 5 }, () => stage.openTab()));
    return [first, ...others];
  }

  it('new tabs are signed in without the network (P13)', async () => {
    const tabs = await openSix();
    expect(await Promise.all(tabs.map(status))).toEqual(tabs.map(() => 'signed-in'));
    // The one call is that of the very first page, before anybody had signed in.
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 0 });
  });

  it('at 15 expiries in a row: one refresh each, never overlapping, no reuse alarm (P1)', async () => {
    const first = await stage.openBareTab();
    await first.evaluate(() => window.demo.signInAs('ada'));
    const tabs = [first, ...(await Promise.all(Array.from({ length: 5 }, () => stage.openBareTab())))];
    await Promise.all(tabs.map((tab) => tab.evaluate(() => window.demo.auth.restore())));

    const rotations: number[] = [];
    for (let round = 1; round <= 15; round++) {
      stage.server.expire();
      const answers = await Promise.all(tabs.map((tab) => sendRequests(tab, 20, `round-${round}`)));
      expect(answers.flat()).toEqual(all(6 * 20));
      rotations.push(stage.server.stats().rotations);
    }
    expect(rotations).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0, mostRefreshesAtOnce: 1 });
  });
});
