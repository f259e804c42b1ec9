/** `npm run bench:herd`: what a server sees of very many clients, in virtual time; the same seed gives the same figures. */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import './package-source.ts';
import type { Result } from './results.ts';
import type { Sight } from './world.ts';

// They import the package's sources, so not before Node knows how to find those.
const { scenariosFor } = await import('./cases.ts');
const { silentRefresh } = await import('./light-client.ts');
const { measure } = await import('./measure.ts');
const { naive } = await import('./naive-client.ts');
const { chartOf, writeResults } = await import('./results.ts');
const { simulate } = await import('./world.ts');

/** The naive client calls every second, for minutes: a tenth of the herd is simulated, and each call counted ten times. */
const NAIVE_PART = 10;

const enlarge = (sight: Sight, times: number): Sight => ({
  ...sight,
  calls: sight.calls.map((calls) => calls * times),
  granted: sight.granted.map((granted) => granted * times),
});

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, clients: { type: 'string', default: '100000' } },
});
const [seed, clients] = [Number(values.seed), Number(values.clients)];
const scenarios = scenariosFor(clients);
const results: Result[] = [];

for (const scenario of scenarios) {
  for (const one of scenario.cases) {
    const { what, scene, server, isCompared } = one;
    for (const [client, behaviour] of Object.entries({ 'silent-refresh': silentRefresh, naive }) as [
      Result['client'],
      typeof naive,
    ][]) {
      if (client === 'naive' && !isCompared) continue;
      const start = performance.now();
      const part = client === 'naive' ? NAIVE_PART : 1;
      const sight = enlarge(simulate({ ...scene, clients: clients / part, seed, behaviour, server: server() }), part);
      const figures = measure(scenario, one, sight, clients);
      results.push({ scenario, what, client, sight, figures });
      const took = ((performance.now() - start) / 1_000).toFixed(1);
      const times = (figures.peak / figures.even).toFixed(2);
      console.log(
        `${scenario.name}, ${what}, ${client}: ${figures.peak} in a second, ${times} × even (took ${took} s)`,
      );
    }
  }
}

const write = (file: string, text: string): void => writeFileSync(new URL(file, import.meta.url), text);
for (const scenario of scenarios) write(`${scenario.name}.svg`, chartOf(scenario, results));
write('RESULTS.md', writeResults(scenarios, results, { clients, seed, date: new Date().toISOString().slice(0, 10) }));
