/** A tab of Chromium or Firefox: one driver has both. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import type { Engine, Tab } from './engine.ts';

/** Milliseconds between two looks at where a page is. */
const LOOK = 15;

/** The tabs of one profile. */
export function pageTabs(
  newPage: () => Promise<Page>,
  more: (page: Page) => Partial<Tab> = () => ({}),
): Pick<Engine, 'open' | 'tabs' | 'closeTabs'> {
  const pages = new Map<Page, Tab>();

  async function close(page: Page): Promise<void> {
    pages.delete(page);
    await page.close();
  }

  return {
    async open(url) {
      const page = await newPage();
      const tab: Tab = {
        run: (work, argument) => page.evaluate(work as never, argument as never) as never,
        goto: async (url) => {
          await page.goto(url);
        },
        async back() {
          const here = await page.evaluate(() => location.href);
          // The driver's own way hangs in Firefox, which tells it nothing of a page that comes back as it was.
          await page.evaluate(() => void setTimeout(() => history.back()));
          // A page that is loaded again begins as "about:blank".
          const isThere = (here: string) =>
            location.href !== here && location.protocol !== 'about:' && document.readyState === 'complete';
          while (!(await page.evaluate(isThere, here).catch(() => false))) await sleep(LOOK);
        },
        close: () => close(page),
        show: () => page.bringToFront(),
        setOffline: (offline) => page.setOfflineMode(offline),
        ...more(page),
      };
      pages.set(page, tab);
      await page.goto(url);
      return tab;
    },
    tabs: () => [...pages.values()],
    async closeTabs() {
      for (const page of pages.keys()) await close(page);
    },
  };
}
