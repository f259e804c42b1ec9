/** Chromium, by the DevTools protocol. */

import { chromium } from 'playwright-core';
import type { Engine, Tab } from './engine.ts';

/** As root, as in many containers, Chromium has no sandbox. It shall call nobody by itself. */
export const FLAGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export async function startChromium(browserPath: string): Promise<Engine> {
  const browser = await chromium.launch({ executablePath: browserPath, args: FLAGS });
  const context = await browser.newContext();
  const open = new Set<Tab>();

  return {
    version: `Chromium ${browser.version()}`,
    async open(url) {
      const page = await context.newPage();
      const tab: Tab = {
        run: (work, argument) => page.evaluate(work as never, argument as never),
        goto: async (url) => {
          await page.goto(url);
        },
        async close() {
          open.delete(tab);
          await page.close();
        },
        async crash() {
          open.delete(tab);
          // It never gets there.
          await page.goto('chrome://crash').catch(() => {});
        },
      };
      open.add(tab);
      await tab.goto(url);
      return tab;
    },
    async closeTabs() {
      for (const tab of [...open]) await tab.close();
    },
    quit: () => browser.close(),
  };
}
