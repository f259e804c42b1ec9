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
): Pick<Engine, 'open' | 'closeTabs'> {
  const open = new Set<Page>();
  return {
    async open(url) {
      const page = await newPage();
      open.add(page);
      await page.goto(url);
      return {
        run: (work, argument) => page.evaluate(work as never, argument as never) as never,
        goto: async (url) => {
          await page.goto(url);
        },
        async back() {
          const here = page.url();
          // The driver's own way hangs in Firefox.
          await page.evaluate(() => void setTimeout(() => history.back()));
          while (page.url() === here) await sleep(LOOK);
        },
        async close() {
          open.delete(page);
          await page.close();
        },
        show: () => page.bringToFront(),
        ...more(page),
      };
    },
    async closeTabs() {
      for (const page of open) await page.close();
      open.clear();
    },
  };
}
