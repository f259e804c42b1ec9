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

/** Servers whose answers are all that matters: their tabs are in this process. */
const inNode: TestProjectInlineConfiguration = { extends: true, test: { name: 'node', include: ['*.test.ts'] } };

export default defineConfig({
  root: path('.'),
  resolve: { alias: [{ find: /^silent-refresh$/, replacement: path('../../src/index.ts') }] },
  cacheDir: path('../../node_modules/.vite'),
  test: {
    // One browser at a time: tabs that fight for two cores would test the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [inNode, ...enginesToTest().map(onEngine)],
  },
});
