/** The client with real auth servers. `ENGINES` says in which browsers: see ../browser/engines/browsers.ts. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { enginesToTest } from '../browser/engines/browsers.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const WITHOUT_BROWSER = '*/endpoints.test.ts';

export default defineConfig({
  root: path('.'),
  cacheDir: path('../../node_modules/.vite'),
  test: {
    // One browser, and one server, at a time: tabs that fight for two cores would test the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      { extends: true, test: { name: 'endpoints', include: [WITHOUT_BROWSER] } },
      ...enginesToTest().map((engine) => ({
        extends: true as const,
        test: {
          name: engine,
          include: ['*/*.test.ts'],
          exclude: [WITHOUT_BROWSER],
          provide: { engine, effort: 'quick' as const },
        },
      })),
    ],
  },
});
