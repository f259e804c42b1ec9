/** Firefox, by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). */

import puppeteer from 'puppeteer-core';
import type { Engine, Tab } from './engine.ts';

export async function startFirefox(browserPath: string): Promise<Engine> {
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: browserPath, headless: true });
  const open = new Set<Tab>();

  return {
    version: (await browser.version()).replace(/^firefox\//i, 'Firefox '),
    async open(url) {
      const page = await browser.newPage();
      const tab: Tab = {
        run: (work, argument) => page.evaluate(work as never, argument as never),
        goto: async (url) => {
          await page.goto(url);
        },
        async close() {
          open.delete(tab);
          await page.close();
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
