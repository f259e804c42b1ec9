/** The demo's scenarios: what the page says is what its server saw. */

import { describe, expect, it } from 'vitest';
import type { LogEntry, Stats } from '../../demo/server/activity.ts';
import { pane, play } from './demo-play.ts';
import { setStage, signIn } from './page-stage.ts';

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

describe('each scenario, clicked', () => {
  it.each(SCENARIOS)('page and server say that $id with silent-refresh keeps every promise', async ({ id, kept }) => {
    const page = await stage.openTab('#scenarios');
    const verdicts = await play(page, id, 'silent-refresh');
    expect(verdicts.length).toBeGreaterThan(3);
    expect(new Set(verdicts)).toEqual(new Set(['kept']));
    expect(stage.server.stage.stats()).toMatchObject({ reuseAlarms: 0, overlappingRefreshes: 0, ...kept });
    // What the policy forbids, and what else goes wrong in a page, is printed.
    expect(stage.console.filter((line) => !line.startsWith('Failed to load resource'))).toEqual([]);
  });

  it.each(SCENARIOS)('page and server say that $id with an interceptor breaks promises', async ({ id, harm }) => {
    const page = await stage.openTab('#scenarios');
    expect(await play(page, id, 'plain')).toContain('broken');
    expect(harm(stage.server.stage.stats(), stage.server.stage.log())).toBe(true);
  });

  it('a plain interceptor does as well in one tab', async () => {
    const page = await stage.openTab('#scenarios');
    expect(new Set(await play(page, 'one-refresh', 'plain'))).toEqual(new Set(['kept']));
    expect(stage.server.stage.stats()).toMatchObject(ONE_TAB.kept);
  });

  it('both clients stay on the stage, each with its own promises', async () => {
    const page = await stage.openTab('#scenarios');
    await play(page, 'someone-else', 'plain');
    expect(await pane(page, 'silent-refresh').getByTestId('run').textContent()).toBe('4 of 4 promises kept.');
    expect(await pane(page, 'plain').getByTestId('run').textContent()).toBe('2 of 4 promises kept.');
    for (const client of ['silent-refresh', 'plain'] as const)
      expect(await pane(page, client).getByTestId('lane').count()).toBe(3);
  });

  it('one that is clicked while another is played comes next', async () => {
    const page = await stage.openTab();
    await page.getByTestId('scenario-tunnel').click();
    await page.locator('[data-testid=run][data-scenario=tunnel][data-state=over]').waitFor();
    expect(await pane(page, 'silent-refresh').getByTestId('run').textContent()).toBe('4 of 4 promises kept.');
  });

  it('what was refused for safety is no failure, and the wait for a cookie has a name', async () => {
    const page = await stage.openTab('#scenarios');
    await play(page, 'someone-else', 'silent-refresh');
    const drawn = pane(page, 'silent-refresh');
    expect(await drawn.locator('.lane .refused').count()).toBe(1);
    expect(await drawn.locator('.lane .cross').count()).toBe(0);
    await play(page, 'tunnel', 'silent-refresh');
    expect(await drawn.locator('.lane .try-again').count()).toBe(3);
    await play(page, 'closed-tab', 'silent-refresh');
    expect(await drawn.locator('.lane .cookie-wait').textContent()).toMatch(/^waits for (the closed tab’s|its) cookie/);
  });

  it('the legend names what is on the stage, and every number of the six tabs adds up', async () => {
    const page = await stage.openTab('#scenarios');
    await play(page, 'six-tabs', 'plain');
    const legend = (client: 'silent-refresh' | 'plain') => pane(page, client).getByTestId('legend').textContent();
    expect(await legend('silent-refresh')).toMatch(/tokens.*met a 401.*waits for its turn/);
    expect(await legend('silent-refresh')).not.toMatch(/failed|offline|closed|Bob|in vain/);
    expect(await legend('plain')).toMatch(/failed.*in vain/);
    const colours = await pane(page, 'plain')
      .locator('.lane .token')
      .evaluateAll((bars) => bars.map((bar) => getComputedStyle(bar).getPropertyValue('--bearer')));
    expect(new Set(colours).size).toBe(7);

    const seen = await page.locator('[data-testid=verdict] td[data-client=plain]').nth(1).textContent();
    const [answered = 0, all, ...others] = (seen?.match(/\d+(?= (of|got|failed|answered))|(?<=of )\d+/g) ?? []).map(
      Number,
    );
    expect([all, answered + others.reduce((sum, number) => sum + number, 0)]).toEqual([30, 30]);
    const stats = stage.server.stage.stats();
    expect(stats.rotations + stats.rejectedRefreshes + stats.refreshesOfNobody).toBe(stats.refreshCalls);
    expect(await page.getByTestId('counted-plain').textContent()).toContain(`${stats.rejectedRefreshes} rejected`);
  });

  it('the timeline shows whose token each request bore', async () => {
    const page = await stage.openTab('#scenarios');
    await play(page, 'one-refresh', 'silent-refresh');
    const timeline = page.locator('.timeline').first();
    expect(await timeline.getByTestId('lane').count()).toBe(1);
    await expect.poll(() => timeline.locator('.request').count()).toBe(21);
    expect(await timeline.locator('.lane .sending.again.of-ada.token-1').count()).toBe(20);
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
    const page = await stage.openTab('#scenarios');
    await signIn(page, 'bob');
    const before = stage.server.stats();
    await play(page, 'someone-else', 'plain');
    expect(await page.getByTestId('state').textContent()).toMatch(/bob/i);
    expect(stage.server.stats()).toEqual(before);
  });
});
