/** The unit tests as mutants meet them: each as quickly as it can be run. */

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import unit from '../vitest.config.ts';
import { LikelyKillersFirst } from './likely-killers-first.ts';

/** They run none of the code, but read it. */
const READERS = ['readme.test.ts', 'parts/types.test.ts'];
/** They look for objects in the whole heap, which grows with each file that shares it. */
const HEAP_WATCHERS = ['promises/p15-leaves-no-trace/long-outage.test.ts'];

const projects = (unit.test?.projects ?? []) as TestProjectInlineConfiguration[];

const named = (name: string): TestProjectInlineConfiguration =>
  projects.find(({ test }) => test?.name === name) ?? { test: { name } };

const node = named('node');

const shared = (project: TestProjectInlineConfiguration, groupOrder: number): TestProjectInlineConfiguration => ({
  ...project,
  test: {
    ...project.test,
    exclude: [...(project.test?.exclude ?? []), ...READERS, ...HEAP_WATCHERS],
    // Files of one worker: most of a mutant's time would go into starting one for each file.
    isolate: false,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  ...unit,
  test: {
    ...unit.test,
    unstubGlobals: true,
    // Mutants that make something wait for ever are common.
    testTimeout: 4_000,
    maxWorkers: 1,
    sequence: { sequencer: LikelyKillersFirst },
    projects: [
      shared(node, 1),
      // One React is enough: the other one runs the same lines.
      shared(named('React 19'), 2),
      { ...node, test: { ...node.test, name: 'heap', include: HEAP_WATCHERS, sequence: { groupOrder: 3 } } },
    ],
  },
});
