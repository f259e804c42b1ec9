/** The demo: what its page says is what its server saw, and whoever comes finds a way in. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { LogEntry, Stats } from '../../demo/server/activity.ts';
import { setStage, signIn, status } from './page-stage.ts';

const stage = setStage();

interface Scenario {
  readonly id: string;
  /** What the server says of it, as it was played with silent-refresh. */
  readonly kept: Partial<Stats>;
  /** The harm that the server has seen, as it was played with a plain interceptor. */
  readonly harm: (stats: Stats, log: LogEntry[]) => boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { id: 'six-tabs', kept: { refreshCalls: 1, rotations: 1, mostRefreshesAtOnce: 1 }, harm: sawReuse },
  { id: 'closed-tab', kept: { refreshCalls: 2, rotations: 2, rejectedRefreshes: 0 }, harm: sawReuse },
  { id: 'tunnel', kept: { refreshCalls: 1, rotations: 1, unauthorized: 6 }, harm: sentSignedOut },
  {
    id: 'someone-else',
    kept: { refreshCalls: 0, unauthorized: 1, apiRequests: { ada: 1 } },
    harm: (_, log) => log.some(({ requestId, user }) => requestId?.startsWith('of-ada') && user === 'bob'),
  },
];

const ONE_TAB = { id: 'one-refresh', kept: { refreshCalls: 1, rotations: 1, unauthorized: 20 } };

function sawReuse({ reuseAlarms }: Stats): boolean {
  return reuseAlarms > 0;
}

/** The session was alive, and yet requests came without a token. */
function sentSignedOut({ apiRequests }: Stats): boolean {
  return Number(apiRequests.nobody) > 0;
}

/** Clicks a scenario, and gives what the page says of each promise. */
async function play(page: Page, id: string, client: 'silent-refresh' | 'plain'): Promise<string[]> {
  await page.getByTestId(`client-${client}`).check();
  await page.getByTestId(`scenario-${id}`).click();
  await page.locator('[data-testid=run][data-state=over]').waitFor();
  const cells = await page.locator(`[data-testid=verdict] [data-client="${client}"][data-verdict]`).all();
  return Promise.all(cells.map(async (cell) => String(await cell.getAttribute('data-verdict'))));
}

describe('each scenario, clicked', () => {
  it.each(SCENARIOS)('page and server say that $id with silent-refresh keeps every promise', async ({ id, kept }) => {
    const page = await stage.openTab();
    const verdicts = await play(page, id, 'silent-refresh');
    expect(verdicts.length).toBeGreaterThan(3);
    expect(new Set(verdicts)).toEqual(new Set(['kept']));
    expect(stage.server.stage.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0, ...kept });
    // What the policy forbids, and what else goes wrong in a page, is printed.
    expect(stage.console.filter((line) => !line.startsWith('Failed to load resource'))).toEqual([]);
  });

  it.each(SCENARIOS)('page and server say that $id with an interceptor breaks promises', async ({ id, harm }) => {
    const page = await stage.openTab();
    expect(await play(page, id, 'plain')).toContain('broken');
    expect(harm(stage.server.stage.stats(), stage.server.stage.log())).toBe(true);
  });

  it('a plain interceptor does as well in one tab', async () => {
    const page = await stage.openTab();
    expect(new Set(await play(page, 'one-refresh', 'plain'))).toEqual(new Set(['kept']));
    expect(stage.server.stage.stats()).toMatchObject(ONE_TAB.kept);
  });

  it('a button plays a scenario with the other client', async () => {
    const page = await stage.openTab();
    await play(page, 'someone-else', 'silent-refresh');
    await page.getByTestId('play-other').click();
    await expect.poll(() => page.getByTestId('run').textContent()).toMatch(/plain interceptor: 2 of 4 promises kept/);
    expect(await page.getByTestId('client-plain').isChecked()).toBe(true);
  });

  it('the timeline shows whose token each request bore', async () => {
    const page = await stage.openTab();
    await play(page, 'one-refresh', 'silent-refresh');
    const timeline = page.locator('.timeline').first();
    expect(await timeline.getByTestId('lane').count()).toBe(1);
    await expect.poll(() => timeline.locator('.request').count()).toBe(21);
    expect(await timeline.locator('.lane .sending.again.of-ada.shade-1').count()).toBe(20);
    expect(await timeline.locator('.lane .auth-call.refresh').count()).toBe(1);
    await expect
      .poll(() => timeline.getByRole('img').getAttribute('aria-label'))
      .toBe('Tab 1: 21 requests, 21 answered, 20 of them sent again; 1 call of the token endpoint.');
    await timeline.getByText('The same in words').click();
    expect(await timeline.locator('.words li').filter({ hasText: 'sent again with Ada’s token 1: 200' }).count()).toBe(
      20,
    );
  });

  it('a scenario leaves the page’s own session alone', async () => {
    const page = await stage.openTab();
    await signIn(page, 'bob');
    const before = stage.server.stats();
    await play(page, 'someone-else', 'plain');
    expect(await page.getByTestId('state').textContent()).toMatch(/bob/i);
    expect(stage.server.stats()).toEqual(before);
  });
});

describe('by hand', () => {
  const lanes = (page: Page) => page.locator('.timeline').last().getByTestId('lane');

  it('what another tab does is drawn live until that is paused', async () => {
    const [page, other] = [await stage.openTab(), await stage.openTab()];
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
    const page = await stage.openTab();
    await signIn(page, 'ada');
    await page.getByTestId('reset-counts').click();
    await page.getByTestId('expire').click();
    await page.getByTestId('burst').click();
    const summary = page.locator('[data-testid=log] [data-kind=summary]').first();
    await expect.poll(() => summary.textContent()).toMatch(/20 requests: 20 answered, 20 replayed, 1 refresh$/);
    await expect.poll(() => page.getByTestId('count-refreshCalls').textContent()).toBe('1');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 1, rotations: 1, reuseAlarms: 0, unauthorized: 20 });
  });

  it('the page goes on when a tab is killed in mid-refresh (P4)', async () => {
    const page = await stage.openTab();
    await signIn(page, 'ada');
    await page.getByTestId('kill-tab').click();
    await lanes(page).filter({ hasText: 'closed' }).waitFor();
    expect(await page.evaluate(() => window.demo.auth.fetch('/api/me').then(({ status }) => status))).toBe(200);
    await page.reload();
    await expect.poll(() => status(page)).toBe('signed-in');
    expect(stage.server.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0 });
  });

  it('a page set offline keeps its session (P5)', async () => {
    const page = await stage.openTab();
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
    const page = await stage.openTab();
    await signIn(page, 'ada');
    stage.server.expire();
    await page.getByTestId('upload').click();
    await expect
      .poll(() => page.getByTestId('upload-result').textContent())
      .toBe('Sent 5,000,000 bytes, got 5,000,000 bytes back: equal.');
    expect(stage.server.stats()).toMatchObject({ refreshCalls: 2, rotations: 1, unauthorized: 1 });
  });

  it('orders go when their user does', async () => {
    const page = await stage.openTab();
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
    await page.getByTestId('client-silent-refresh').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=run][data-state=over]').waitFor();
    expect(await page.getByTestId('scenario-one-refresh').evaluate((button) => button === document.activeElement)).toBe(
      true,
    );
  });

  it('nothing sticks out from 360 px to wide screens', async () => {
    const page = await stage.openTab();
    await signIn(page, 'ada');
    await play(page, 'one-refresh', 'silent-refresh');
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
