/** The demo's visitors: whoever comes finds a way in. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inSight, play, playedAtLoad, playedOut } from './demo-play.ts';
import { setStage, signIn, status } from './page-stage.ts';

const stage = setStage();

describe('at first sight, on a desk', () => {
  it('something is played, and all there is to click is in sight', async () => {
    const page = await opened();
    await playedAtLoad(page);
    for (const id of ['one-refresh', 'six-tabs', 'closed-tab', 'tunnel', 'someone-else'])
      expect(await inSight(page, `[data-testid=scenario-${id}]`)).toBe(true);
    expect(await inSight(page, '[data-testid=play-plain]')).toBe(true);
    expect(await inSight(page, '[data-testid=pane-silent-refresh] .request')).toBe(true);
    // The interceptor’s code stands at its switch.
    expect(await inSight(page, '[data-testid=code-plain] pre')).toBe(true);
  });

  it('what is clicked is played in sight, one client beside the other', async () => {
    const page = await opened();
    await playedAtLoad(page);
    await play(page, 'someone-else', 'plain');
    for (const selector of ['stage] h3', 'pane-silent-refresh] .lane', 'pane-plain] .lane'])
      expect(await inSight(page, `[data-testid=${selector}`)).toBe(true);
    const [left, right] = await Promise.all(
      ['silent-refresh', 'plain'].map((client) => page.getByTestId(`pane-${client}`).boundingBox()),
    );
    expect(left?.y).toBe(right?.y);
  });

  it('on a phone, too, what is clicked is played in sight', async () => {
    const page = await opened({ width: 390, height: 844 });
    await playedAtLoad(page);
    await play(page, 'someone-else', 'silent-refresh');
    expect(await inSight(page, '[data-testid=stage] h3')).toBe(true);
    await page.getByTestId('play-plain').click();
    await playedOut(page, 'someone-else', 'plain');
    expect(await inSight(page, '[data-testid=pane-plain] .lane')).toBe(true);
  });

  it('the example runs beside its code, with the session of the page', async () => {
    const page = await opened();
    await signIn(page, 'ada');
    expect(await page.getByTestId('example').count()).toBe(0);
    await page.getByText('What it does').scrollIntoViewIfNeeded();
    await page.frameLocator('[data-testid=example]').getByText('Hello ada').waitFor();
    expect(stage.server.stats().refreshCalls).toBe(0);
  });

  async function opened(size = { width: 1280, height: 800 }): Promise<Page> {
    const page = await stage.openTab();
    await page.setViewportSize(size);
    return page;
  }
});

describe('whoever comes', () => {
  /** All that the page shows of the state, from its first moment. */
  async function watchStates(page: Page): Promise<() => Promise<string[]>> {
    await page.addInitScript(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const shown = document.querySelector<HTMLElement>('[data-testid=state]')?.dataset.status;
        if (shown && shown !== seen.at(-1)) seen.push(shown);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    return () => page.evaluate('window.seen');
  }

  it('a reload never flashes "signed out" while the server is slow', async () => {
    const page = await stage.openTab();
    await signIn(page, 'ada');
    const states = await watchStates(page);
    const hold = stage.server.holdRefresh();
    await page.reload();
    await hold.arrived;
    await expect.poll(() => status(page)).toBe('restoring');
    hold.release();
    await expect.poll(() => status(page)).toBe('signed-in');
    expect(await states()).toEqual(['restoring', 'signed-in']);
  });

  it('a reload while the auth server is down stays `restoring` (P5)', async () => {
    const page = await stage.openTab();
    await signIn(page, 'ada');
    const states = await watchStates(page);
    Object.assign(stage.server.settings, { fault: '503', retryAfter: 1 });
    const { refreshCalls } = stage.server.stats();
    await page.reload();
    await expect.poll(() => stage.server.stats().refreshCalls).toBeGreaterThan(refreshCalls);
    expect(await status(page)).toBe('restoring');
    Object.assign(stage.server.settings, { fault: 'none' });
    await expect.poll(() => status(page)).toBe('signed-in');
    expect(await states()).toEqual(['restoring', 'signed-in']);
  });

  it('a scenario is reached by Tab and played by Enter', async () => {
    const page = await stage.openTab();
    await playedAtLoad(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await playedOut(page, 'six-tabs', 'silent-refresh');
    expect(await page.getByTestId('scenario-six-tabs').evaluate((button) => button === document.activeElement)).toBe(
      true,
    );
  });

  it('nothing sticks out from 360 px to wide screens', async () => {
    const page = await stage.openTab('#scenarios');
    await signIn(page, 'ada');
    await play(page, 'one-refresh', 'plain');
    for (const width of [360, 768, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const timeline = page.locator('.timeline').first();
      const widthOf = async (selector: string) => (await timeline.locator(selector).first().boundingBox())?.width;
      const room = Math.floor((await timeline.boundingBox())?.width ?? 0);
      await expect.poll(() => widthOf('.lane svg')).toBe(room);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  });
});
