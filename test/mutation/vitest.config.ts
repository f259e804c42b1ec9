/** The unit tests as mutants meet them: each as quickly as it can be run. */

import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import unit from '../vitest.config.ts';
import { LikelyKillersFirst } from './likely-killers-first.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** They run none of the code, but read it. */
const READERS = ['readme.test.ts', 'parts/types.test.ts'];
/** It builds a client of its own out of the files, and changes them there: a file full of mutants isn't what it expects. */
const SIMULATION = ['simulation/**'];
/** The client below other people's libraries: what they notice, its own tests notice sooner. */
const LIBRARIES = ['clients/**'];
/**
 * Hundreds of tabs or requests, or the whole heap, which grows with each file that shares it. They come last, and have a
 * worker and the time of their own.
 */
const HEAVY = [
  'parts/lost-tab-messages.test.ts',
  'promises/p01-one-refresh/among-tabs.test.ts',
  'promises/p01-one-refresh/within-a-tab.test.ts',
  'promises/p03-one-replay/hopeless-addresses.test.ts',
  'promises/p03-one-replay/refresh-limit.test.ts',
  'promises/p14-nothing-on-a-server.test.ts',
  'promises/p15-leaves-no-trace/dispose.test.ts',
  'promises/p15-leaves-no-trace/long-outage.test.ts',
];
/** Test files of one room alone: what they notice, all of them notice. */
const TESTS = process.env.TESTS?.split(' ');
/** Milliseconds. Many mutants make a test wait for ever; a good test takes a third of a second. */
const TEST_TIMEOUT = 8_000;

const projects = (unit.test?.projects ?? []) as TestProjectInlineConfiguration[];

const named = (name: string): TestProjectInlineConfiguration =>
  projects.find(({ test }) => test?.name === name) ?? { test: { name } };

const node = named('node');

const light = (project: TestProjectInlineConfiguration, groupOrder: number): TestProjectInlineConfiguration => ({
  ...project,
  test: {
    ...project.test,
    exclude: [...(project.test?.exclude ?? []), ...READERS, ...SIMULATION, ...LIBRARIES, ...HEAVY],
    // Files share a worker: most of a mutant's time would go into starting one for each file.
    isolate: false,
    testTimeout: TEST_TIMEOUT,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  ...unit,
  test: {
    ...unit.test,
    // What a file leaves stubbed, the next one would find.
    unstubGlobals: true,
    maxWorkers: 1,
    sequence: { sequencer: LikelyKillersFirst },
    runner: path('one-failure-is-enough.ts'),
    setupFiles: path('hits-by-file.ts'),
    projects: TESTS
      ? [light({ ...node, test: { ...node.test, name: 'node', include: TESTS } }, 1)]
      : [
          light(node, 1),
          // One React is enough: the other one runs the same lines.
          light(named('React 19'), 2),
          { ...node, test: { ...node.test, name: 'heavy', include: HEAVY, sequence: { groupOrder: 3 } } },
        ],
  },
});
