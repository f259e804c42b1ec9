/** The Playwright recipe of docs/testing.md, run as it stands there, in the demo's example app. */

import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { createDemoServer, type DemoServer } from '../../demo/server/app.ts';
import { testWith } from '../given/playwright-test.ts';
import { recipe } from '../given/recipe.ts';
import { requireBrowser } from './engines/browsers.ts';
import { FLAGS } from './engines/chromium.ts';

let browser: Browser;
let server: DemoServer;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: requireBrowser('chromium'), args: FLAGS });
});
beforeEach(async () => {
  server = await createDemoServer();
});
afterEach(async () => {
  expect(server.stats().reuseAlarms).toBe(0);
  await server.close();
});
afterAll(() => browser?.close());

const test = testWith(() => browser.newContext({ baseURL: server.url }));
recipe('docs/testing.md', 'e2e/session.spec.ts', { '@playwright/test': { test } });
