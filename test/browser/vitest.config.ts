/** `ENGINES` says in which browsers (see engines/browsers.ts); `EFFORT=thorough`: each thing many times. */

import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { enginesToTest } from './engines/browsers.ts';
import type { EngineName } from './engines/engine.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const engines = enginesToTest();
const thorough = process.env.EFFORT === 'thorough';

const onEngine = (engine: EngineName): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name: engine,
    include: ['every-engine/*.test.ts'],
    provide: { engine, effort: thorough ? 'thorough' : 'quick' },
    testTimeout: thorough ? 1_800_000 : 60_000,
  },
});

const demoPage: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'demo page', include: ['*.test.ts'] },
};

export default defineConfig({
  root: path('.'),
  cacheDir: path('../../node_modules/.vite'),
  test: {
    // One browser at a time: tabs that fight for two cores would test the machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [...(engines.includes('chromium') ? [demoPage] : []), ...engines.map(onEngine)],
  },
});
