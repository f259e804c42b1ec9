/** The client with servers that others have written. `ENGINES` says in which browsers: see ../browser/engines/browsers.ts. */

import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { enginesToTest } from '../browser/engines/browsers.ts';
import type { EngineName } from '../browser/engines/engine.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Servers whose answers are all that matters: what talks to them is in this process. */
const WITHOUT_BROWSER = ['*.test.ts', '*/endpoints.test.ts'];

const inNode: TestProjectInlineConfiguration = { extends: true, test: { name: 'node', include: WITHOUT_BROWSER } };

const onEngine = (engine: EngineName): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name: engine,
    include: ['*/*.test.ts'],
    exclude: WITHOUT_BROWSER,
    provide: { engine, effort: 'quick' },
  },
});

export default defineConfig({
  root: path('.'),
  resolve: { alias: [{ find: /^silent-refresh$/, replacement: path('../../src/index.ts') }] },
  cacheDir: path('../../node_modules/.vite'),
  test: {
    // One browser, and one server, at a time: tabs that fight for two cores would test the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [inNode, ...enginesToTest().map(onEngine)],
  },
});
