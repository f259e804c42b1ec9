/** What of `@playwright/test` the documents use, on playwright-core and Vitest. */

import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, it } from 'vitest';

export type { BrowserContext, Page };

interface Fixtures {
  readonly context: BrowserContext;
  readonly page: Page;
}
type Run = (fixtures: Fixtures) => Promise<void>;

interface Test {
  (title: string, run: Run): void;
  beforeEach(run: Run): void;
}

/** Stands for the runner's own: the tests of a document are this runner's. */
export declare const test: Test;

/** @param newContext a context with a `baseURL`, for each test */
export function testWith(newContext: () => Promise<BrowserContext>): Test {
  let fixtures: Fixtures;
  beforeEach(async () => {
    const context = await newContext();
    fixtures = { context, page: await context.newPage() };
  });
  afterEach(() => fixtures.context.close());
  return Object.assign((title: string, run: Run) => it(title, () => run(fixtures)), {
    beforeEach: (run: Run) => beforeEach(() => run(fixtures)),
  });
}
