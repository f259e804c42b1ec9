/** Firefox, by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). */

import puppeteer from 'puppeteer-core';
import type { Engine } from './engine.ts';
import { pageTabs } from './page-tab.ts';

export async function startFirefox(browserPath: string): Promise<Engine> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: browserPath,
    headless: true,
    // Nobody here asks about them, and Firefox would keep each one: after 100,000 requests it has 5 GB, and no time.
    networkEnabled: false,
    // Every name is this machine's.
    extraPrefsFirefox: { 'network.dns.forceResolve': '127.0.0.1' },
  });
  return {
    version: (await browser.version()).replace(/^firefox\//i, 'Firefox '),
    ...pageTabs(() => browser.newPage()),
    quit: () => browser.close(),
  };
}
