/** Plays the demo's scenarios, as a visitor does: by clicks. */

import type { Locator, Page } from 'playwright-core';

export type Client = 'silent-refresh' | 'plain';

export const pane = (page: Page, client: Client): Locator => page.getByTestId(`pane-${client}`);

/** Waits until that client's play of a scenario is over. */
export function playedOut(page: Page, id: string, client: Client): Promise<void> {
  return page.locator(`[data-testid=run][data-scenario=${id}][data-client=${client}][data-state=over]`).waitFor();
}

/** The page plays the first scenario by itself. */
export const playedAtLoad = (page: Page): Promise<void> => playedOut(page, 'one-refresh', 'silent-refresh');

/** Clicks a scenario when none is being played, and gives what the page says of each promise. */
export async function play(page: Page, id: string, client: Client): Promise<string[]> {
  await page.getByTestId(`scenario-${id}`).click();
  await playedOut(page, id, 'silent-refresh');
  if (client === 'plain') {
    await page.getByTestId('play-plain').click();
    await playedOut(page, id, 'plain');
  }
  const cells = await page.locator(`[data-testid=verdict] [data-client="${client}"][data-verdict]`).all();
  return Promise.all(cells.map(async (cell) => String(await cell.getAttribute('data-verdict'))));
}

/** Whether the upper edge of the first one can be seen. */
export const inSight = (page: Page, selector: string): Promise<boolean> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const { top, left } = element.getBoundingClientRect();
      return top >= 0 && top < innerHeight - 10 && left >= 0 && left < innerWidth;
    });
