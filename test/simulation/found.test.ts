/** Counterexamples that the simulation has found: each broke a promise once, and breaks it again with its bug put back. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadClientCode, type Patch } from './client-code.ts';
import { FAULTS } from './faults/faults.ts';
import { play } from './play.ts';
import type { Plan } from './schedule/plan.ts';

interface Found {
  /** The fault that puts the bug back: one of those in faults/, or, where few schedules find it, one of its own. */
  readonly fault: string;
  readonly patches?: readonly Patch[];
  readonly plan: Plan;
}

const FOLDER = new URL('./found/', import.meta.url);

const patchesOf = (name: string): readonly Patch[] => {
  const fault = FAULTS.find((each) => each.name === name);
  if (!fault) throw new Error(`There is no fault '${name}' (see faults/faults.ts).`);
  return fault.patches;
};

for (const file of readdirSync(FOLDER)) {
  const { fault, patches = patchesOf(fault), plan }: Found = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));

  test(`mended: ${fault}`, async () => {
    expect((await play(await loadClientCode(), plan)).violation).toBeUndefined();
    expect((await play(await loadClientCode(patches), plan)).violation).toBeDefined();
  });
}
