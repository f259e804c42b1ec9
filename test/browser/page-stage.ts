/** A demo server and a real Chromium, with the demo page in its tabs. */

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/server/app.ts';
import { requireBrowser } from './engines/browsers.ts';
import { FLAGS } from './engines/chromium.ts';

export interface Stage {
  readonly server: DemoServer;
  readonly context: BrowserContext;
  /** All that the pages printed, and their errors. */
  readonly console: string[];
  /**
   * Opens the demo page and waits until it knows whether somebody is signed in.
   *
   * @param part where on the page; without it, the first scenario is played at load
   */
  openTab(part?: '#scenarios' | '#by-hand'): Promise<Page>;
}

/** A fresh server and a fresh profile for each test of the file. */
export function setStage(): Stage {
  let browser: Browser;
  let server: DemoServer;
  let context: BrowserContext;
  const printed: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: requireBrowser('chromium'),
      args: FLAGS,
    });
  });
  beforeEach(async () => {
    printed.length = 0;
    server = await createDemoServer();
    context = await browser.newContext();
    context.on('console', (message) => printed.push(message.text()));
    context.on('weberror', (error) => printed.push(String(error.error())));
  });
  afterEach(async () => {
    await context.close();
    await server.close();
  });
  afterAll(() => browser?.close());

  return {
    get server() {
      return server;
    },
    get context() {
      return context;
    },
    console: printed,
    async openTab(part) {
      const page = await context.newPage();
      await page.goto(`${server.url}/${part ?? ''}`);
      await page.locator('[data-testid=state]:not([data-status=restoring])').waitFor();
      return page;
    },
  };
}

export const status = (page: Page): Promise<string | null> => page.getByTestId('state').getAttribute('data-status');

/** Somebody who isn't signed in yet: else there would be nothing to wait for. */
export async function signIn(page: Page, user: 'ada' | 'bob'): Promise<void> {
  await page.getByTestId(`sign-in-${user}`).click();
  await page.locator(`[data-testid=state][data-status=signed-in]`, { hasText: new RegExp(user, 'i') }).waitFor();
}
