/** P4: the session survives the tab. */

import { expect, it } from 'vitest';
import { sendRequests, setStage, signIn, status } from './stage.ts';

const stage = setStage();

/** A page that came after the one that left: by now what left with it has been cancelled. */
async function browserHasGoneOn(): Promise<void> {
  const page = await stage.context.newPage();
  await page.goto(`${stage.server.url}/blank`);
  await page.close();
}

it('a tab closed in mid-refresh: the session lives on in the other tab (P4)', async () => {
  const [closing, staying] = [await stage.openTab(), await stage.openTab()];
  await signIn(closing, 'ada');
  await expect.poll(() => status(staying)).toBe('signed-in');

  stage.server.expire();
  const hold = stage.server.holdRefresh();
  void sendRequests(closing, 5, 'closing').catch(() => {});
  await hold.arrived;
  await closing.close();
  await browserHasGoneOn();
  hold.release();

  expect(await sendRequests(staying, 5, 'staying')).toEqual([200, 200, 200, 200, 200]);
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
});

it('the only tab closed, or navigated away, in mid-refresh: the rotated cookie still arrives (P4)', async () => {
  for (const leave of ['close', 'navigate'] as const) {
    const leaving = await stage.openTab();
    // The second time the session is still there: that is the promise.
    if (leave === 'close') await signIn(leaving, 'ada');
    stage.server.expire();
    const hold = stage.server.holdRefresh();
    void sendRequests(leaving, 1).catch(() => {});
    await hold.arrived;
    if (leave === 'close') await leaving.close();
    else await leaving.goto('about:blank');
    await browserHasGoneOn();
    hold.release();
    const rotations = stage.server.stats().rotations;

    const next = await stage.openTab();
    expect(await status(next)).toBe('signed-in');
    expect(stage.server.stats()).toMatchObject({ rotations: rotations + 1, reuseAlarms: 0 });
    await next.close();
  }
});

it('reloaded in mid-refresh: the next page waits for the answer that its predecessor left behind (P1, P4)', async () => {
  const tab = await stage.openTab();
  await signIn(tab, 'ada');
  stage.server.expire();
  const hold = stage.server.holdRefresh();
  void sendRequests(tab, 1).catch(() => {});
  await hold.arrived;

  await tab.reload();
  // The new page is up, and has asked for the session, before the old answer lands.
  await tab.locator('[data-testid=state][data-status=restoring]').waitFor();
  await browserHasGoneOn();
  hold.release();

  await tab.locator('[data-testid=state]:not([data-status=restoring])').waitFor();
  expect(await status(tab)).toBe('signed-in');
  expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0, mostRefreshesAtOnce: 1 });
  expect(await tab.evaluate(() => ({ ...localStorage }))).toEqual({});
});

it('offline keeps the session, and it recovers without a click (P5)', async () => {
  const tab = await stage.openTab();
  await signIn(tab, 'ada');
  stage.server.expire();
  await stage.context.setOffline(true);
  expect(await sendRequests(tab, 2)).toEqual(['TypeError: Failed to fetch', 'TypeError: Failed to fetch']);
  expect(await tab.evaluate(() => window.demo.auth.refresh().then(String, (error) => error.code))).toBe(
    'refresh-unavailable',
  );
  expect(await status(tab)).toBe('signed-in');

  await stage.context.setOffline(false);
  expect(await sendRequests(tab, 2)).toEqual([200, 200]);
  expect(stage.server.stats().reuseAlarms).toBe(0);
});
