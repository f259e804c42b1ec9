/** The client with servers that others have written. `ENGINES` says in which browsers, as for test/browser. */

import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { enginesToTest } from '../browser/engines/browsers.ts';
import type { EngineName } from '../browser/engines/engine.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const onEngine = (engine: EngineName): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name: engine, include: ['*/*.test.ts'], provide: { engine, effort: 'quick' } },
});

export default defineConfig({
  root: path('.'),
  cacheDir: path('../../node_modules/.vite'),
  test: {
    // One browser at a time: tabs that fight for two cores would test the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    projects: enginesToTest().map(onEngine),
  },
});
