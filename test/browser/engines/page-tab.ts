/** A tab on a driver that has pages: Playwright and Puppeteer name alike what a tab needs. */

import type { Engine, Tab } from './engine.ts';

interface DrivenPage {
  evaluate(work: never, argument: never): Promise<unknown>;
  goto(url: string): Promise<unknown>;
  close(): Promise<void>;
}

/** The tabs of one profile. */
export function pageTabs<Page extends DrivenPage>(
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
        async close() {
          open.delete(page);
          await page.close();
        },
        ...more(page),
      };
    },
    async closeTabs() {
      for (const page of open) await page.close();
      open.clear();
    },
  };
}
