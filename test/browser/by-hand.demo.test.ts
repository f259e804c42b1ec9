/** The demo by hand: what its page says is what its server saw. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inSight } from './demo-play.ts';
import { setStage, signIn, status } from './page-stage.ts';

const stage = setStage();

describe('by hand', () => {
  const lanes = (page: Page) => page.locator('.timeline').last().getByTestId('lane');

  it('what another tab does is drawn live until that is paused', async () => {
    const [page, other] = [await stage.openTab('#by-hand'), await stage.openTab('#by-hand')];
    await signIn(page, 'ada');
    await expect.poll(() => status(other)).toBe('signed-in');
    const otherLane = lanes(page).filter({ hasText: 'Tab 2' });
    await expect.poll(() => otherLane.locator('.token.of-ada').count()).toBe(1);
    const send = () => other.evaluate(() => window.demo.auth.fetch('/api/me').then(({ status }) => status));
    expect(await send()).toBe(200);
    await expect.poll(() => otherLane.locator('.request').count()).toBe(1);

    await page.getByTestId('pause').click();
    const drawn = await otherLane.locator('.token rect').getAttribute('x');
    expect(await send()).toBe(200);
    const seconds = () => page.getByTestId('expires').getAttribute('data-seconds');
    const left = Number(await seconds());
    await expect.poll(seconds).toBe(String(left - 2));
    expect(await otherLane.locator('.request').count()).toBe(1);
    expect(await otherLane.locator('.token rect').getAttribute('x')).toBe(drawn);

    await page.getByTestId('pause').click();
    await expect.poll(() => otherLane.locator('.request').count()).toBe(2);
  });

  it('twenty requests by hand after an expiry cost one refresh (P1)', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    await page.getByTestId('reset-counts').click();
    await page.getByTestId('expire').click();
    await page.getByTestId('burst').click();
    const summary = page.locator('[data-testid=log] [data-kind=summary]').first();
    await expect.poll(() => summary.textContent()).toMatch(/20 requests: 20 answered, 20 replayed, 1 refresh$/);
    await expect.poll(() => page.getByTestId('count-refreshCalls').textContent()).toBe('1');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, reuseAlarms: 0, unauthorized: 20 });
  });

  it('a visitor’s page asks nothing, since there is no hint cookie', async () => {
    const page = await stage.openTab('#by-hand');
    expect(await page.getByTestId('state').textContent()).toBe('Nobody is signed in yet');
    await page.getByText('What it does').scrollIntoViewIfNeeded();
    await page.frameLocator('[data-testid=example]').getByText('Sign in as Ada').waitFor();
    expect(await lanes(page).locator('.auth-call').count()).toBe(0);
    expect(await page.getByTestId('count-refreshCalls').textContent()).toBe('0');
    expect(stage.server.stats().refreshCalls).toBe(0);
    expect(stage.console).toEqual([]);
  });

  it('without the hint cookie a visitor costs a 401, and has failed at nothing', async () => {
    const page = await stage.openTab('#by-hand');
    await page.getByTestId('setting-hint').selectOption('none');
    await expect.poll(() => stage.server.settings.hint).toBe('none');
    await signIn(page, 'ada');
    await page.getByTestId('sign-out').click();
    await expect.poll(() => page.getByTestId('sign-out-result').textContent()).toBe('The server confirmed it.');
    await page.reload();
    await lanes(page).locator('.auth-call.nobody').waitFor();
    expect(await lanes(page).locator('.failed, .cross').count()).toBe(0);
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, refreshesOfNobody: 1, rejectedRefreshes: 0 });
    await expect.poll(() => page.getByTestId('count-refreshesOfNobody').textContent()).toBe('1');
    expect(await page.getByTestId('count-rejectedRefreshes').textContent()).toBe('0');
    expect(await page.getByTestId('state').textContent()).toBe('Nobody is signed in yet');
  });

  it('a refresh token that the server no longer takes counts as rejected', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    stage.server.revoke('ada');
    await page.getByTestId('refresh').click();
    await expect.poll(() => status(page)).toBe('signed-out');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, refreshesOfNobody: 0, rejectedRefreshes: 1 });
    await lanes(page).locator('.auth-call.refresh.failed').waitFor();
  });

  it('the last action can be brought near', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    // Longer than the shortest stretch that is shown; and the sign-in is an action of its own.
    stage.server.settings.apiLatency = 500;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await page.getByTestId('burst').click();
    await expect.poll(() => lanes(page).locator('.request').count()).toBe(20);
    const share = async () => {
      const boxes = await lanes(page)
        .locator('.request')
        .evaluateAll((all) => all.map((each) => each.getBoundingClientRect()));
      const width = Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ left }) => left));
      return width / Number((await lanes(page).locator('svg').first().boundingBox())?.width);
    };
    expect(await share()).toBeLessThan(0.3);
    await page.getByTestId('zoom-action').click();
    await expect.poll(share).toBeGreaterThan(0.6);
  });

  it('another tab lands here, with the session in sight', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    const opened = stage.context.waitForEvent('page');
    await page.getByTestId('second-tab').click();
    const other = await opened;
    await expect.poll(() => status(other)).toBe('signed-in');
    expect(await inSight(other, '[data-testid=state]')).toBe(true);
    expect(await other.locator('[data-testid=run][data-state=playing]').count()).toBe(0);
  });

  it('the page goes on when a tab is killed in mid-refresh (P4)', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    await page.getByTestId('kill-tab').click();
    await lanes(page).filter({ hasText: 'closed' }).waitFor();
    expect(await page.evaluate(() => window.demo.auth.fetch('/api/me').then(({ status }) => status))).toBe(200);
    await page.reload();
    await expect.poll(() => status(page)).toBe('signed-in');
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a page set offline keeps its session (P5)', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    stage.server.expire();
    await page.getByTestId('offline').click();
    const refresh = () => page.evaluate(() => window.demo.auth.refresh().then(String, (error) => error.code));
    expect(await refresh()).toBe('refresh-unavailable');
    expect(await status(page)).toBe('signed-in');
    await page.getByTestId('offline').click();
    expect(await page.evaluate(() => window.demo.auth.fetch('/api/me').then(({ status }) => status))).toBe(200);
    expect(stage.server.stats()).toMatchObject({ rotations: 1, reuseAlarms: 0 });
    expect(await status(page)).toBe('signed-in');
  });

  it('an upload that meets a 401 arrives byte for byte (P11)', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    stage.server.expire();
    await page.getByTestId('upload').click();
    await expect
      .poll(() => page.getByTestId('upload-result').textContent())
      .toBe('Sent 5,000,000 bytes, got 5,000,000 bytes back: equal.');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, unauthorized: 1 });
  });

  it('orders go when their user does', async () => {
    const page = await stage.openTab('#by-hand');
    await signIn(page, 'ada');
    await page.getByTestId('load-orders').click();
    await page.getByText('Brass gear').waitFor();
    await signIn(page, 'bob');
    expect(await page.getByText('Brass gear').count()).toBe(0);
    await page.getByTestId('load-orders').click();
    await page.getByText('Titanium white').waitFor();
    await page.getByTestId('sign-out').click();
    await expect.poll(() => status(page)).toBe('signed-out');
    expect(await page.getByText('Titanium white').count()).toBe(0);
  });
});
