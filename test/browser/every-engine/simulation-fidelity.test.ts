/** The experiments that the simulation's model has to stand, in real browsers: what they show, the model shows too. */

import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { EXPERIMENTS } from '../../simulation/fidelity/experiments.ts';
import { type Experiment, outcomesOf } from '../../simulation/fidelity/lab.ts';
import { rounds } from '../bare-stage.ts';
import { requireBrowser } from '../engines/browsers.ts';
import type { Engine, EngineName } from '../engines/engine.ts';
import { START } from '../engines/start.ts';
import { openLab } from '../real-lab.ts';

const name = inject('engine');
let engine: Engine;

beforeAll(async () => {
  engine = await START[name](requireBrowser(name));
});
afterAll(() => engine?.quit());

async function outcomeOfOne(experiment: Experiment): Promise<string> {
  const lab = await openLab(engine, name);
  try {
    return await experiment.run(lab);
  } finally {
    await lab.close();
  }
}

/** What its driver can do. */
const abilities: Record<EngineName, readonly Experiment['needs'][]> = {
  chromium: [undefined, 'freeze', 'setOffline'],
  firefox: [undefined, 'setOffline'],
  webkit: [undefined],
};
const canTry = ({ needs }: Experiment) => abilities[name].includes(needs);

it.each(EXPERIMENTS.filter(canTry))('$title', async (experiment) => {
  const allowed = outcomesOf(experiment, name);
  const times = rounds(1, 20);
  for (let time = 0; time < times; time++) expect(allowed).toContain(await outcomeOfOne(experiment));
});

/** Told in so many words, instead of skipped. */
it.each(EXPERIMENTS.filter((experiment) => !canTry(experiment)))(
  `not tried in ${name}, whose driver has no “$needs”: $title`,
  async ({ needs }) => {
    const tab = await engine.open('about:blank');
    expect(tab[needs as NonNullable<typeof needs>]).toBeUndefined();
    await engine.closeTabs();
  },
);
