/** Chromium, by the DevTools protocol; as users have it: pages in the background sleep, and gone ones are kept for a while. */

import puppeteer, { type Page } from 'puppeteer-core';
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

/** What drivers ask of Chromium for the sake of tests that want to know nothing of all this. */
const UNLIKE_USERS = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

export async function startChromium(browserPath: string): Promise<Engine> {
  const browser = await puppeteer.launch({
    executablePath: browserPath,
    // Every name is this machine's.
    args: [...FLAGS, '--host-resolver-rules=MAP * 127.0.0.1'],
    ignoreDefaultArgs: UNLIKE_USERS,
  });
  const setState = async (page: Page, state: 'frozen' | 'active') => {
    const session = await page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state });
    await session.detach();
  };
  return {
    version: (await browser.version()).replace(/^\w+\//, 'Chromium '),
    ...pageTabs(
      () => browser.newPage(),
      (page) => ({
        async crash() {
          // It never gets there.
          await page.goto('chrome://crash').catch(() => {});
        },
        freeze: () => setState(page, 'frozen'),
        thaw: () => setState(page, 'active'),
      }),
    ),
    quit: () => browser.close(),
  };
}
