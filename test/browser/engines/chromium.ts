/** Chromium, by the DevTools protocol. */

import { chromium } from 'playwright-core';
import type { Engine } from './engine.ts';
import { pageTabs } from './page-tab.ts';

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
  return {
    version: `Chromium ${browser.version()}`,
    ...pageTabs(
      () => context.newPage(),
      (page) => ({
        async crash() {
          // It never gets there.
          await page.goto('chrome://crash').catch(() => {});
        },
      }),
    ),
    quit: () => browser.close(),
  };
}
