/** The model does what the experiments say that browsers do; the same experiments run in real ones, in the browser tests. */

import { describe, expect, it } from 'vitest';
import { EXPERIMENTS } from './experiments.ts';
import { outcomesOf } from './lab.ts';
import { runInModel } from './model-lab.ts';

/** How many schedules each is tried under. */
const SEEDS = 200;

describe.each(['chromium', 'firefox', 'webkit'] as const)('the model of %s', (engine) => {
  it.each(EXPERIMENTS)('$title', async (experiment) => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) seen.add(await runInModel(experiment, engine, seed));
    expect([...seen].sort()).toEqual([...outcomesOf(experiment, engine)].sort());
  });
});
