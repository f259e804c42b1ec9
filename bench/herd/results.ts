/** What a run leaves behind: `RESULTS.md`, and a chart for each scenario. */

import type { Case, Scenario } from './cases.ts';
import { type Curve, drawChart, type Panel } from './chart.ts';
import type { Figures } from './measure.ts';
import { HAPPENS, SECOND } from './scenes.ts';
import type { Sight } from './world.ts';

export type ClientName = 'silent-refresh' | 'naive';

export interface Result {
  readonly scenario: Scenario;
  readonly what: Case['what'];
  readonly client: ClientName;
  readonly sight: Sight;
  readonly figures: Figures;
}

export interface Conditions {
  readonly clients: number;
  readonly seed: number;
  /** As people write it: 2030-01-31. */
  readonly date: string;
}

const HOUR_BIN = 10;
const MINUTE_SECONDS = 60;
const LOOKS = { 'silent-refresh': 'ours', naive: 'naive' } as const;

/** The most of each stretch of so many seconds. */
function curveOf({ client, sight }: Result, stretch: number, unit: Panel['unit']): Curve {
  const points: { at: number; calls: number }[] = [];
  const inUnit = unit === 'min' ? MINUTE_SECONDS : 1;
  for (let second = 0; second < sight.calls.length; second += stretch) {
    const calls = Math.max(...sight.calls.subarray(second, second + stretch));
    points.push({ at: (second - HAPPENS / SECOND) / inUnit, calls });
  }
  return { name: client === 'naive' ? 'a naive client' : client, look: LOOKS[client], points };
}

function evenCurve({ window, from }: Scenario, even: number, unit: Panel['unit']): Curve {
  const inUnit = unit === 'min' ? MINUTE_SECONDS : 1;
  const first = from === 0 ? -window / 2 : 0;
  const points = [first, first + window].map((second) => ({ at: second / inUnit, calls: even }));
  return { name: 'the same calls, spread evenly', look: 'even', points };
}

/** The first case of the scenario. */
export function chartOf(scenario: Scenario, results: readonly Result[]): string {
  const [drawn] = scenario.cases;
  const shown = results.filter((result) => result.scenario === scenario && result.what === drawn?.what);
  const even = shown[0]?.figures.even ?? 0;
  const seconds = shown[0]?.sight.calls.length ?? 0;
  const curves = (stretch: number, unit: Panel['unit']): Curve[] => [
    ...shown.toReversed().map((result) => curveOf(result, stretch, unit)),
    evenCurve(scenario, even, unit),
  ];
  const { near } = scenario;
  const to = (seconds - HAPPENS / SECOND) / MINUTE_SECONDS;
  return drawChart(scenario.title, [
    {
      ...near,
      title: `Near the moment. 0: ${scenario.zero}`,
      curves: curves(near.unit === 's' ? 1 : HOUR_BIN, near.unit),
    },
    {
      title: 'The whole time: the busiest second in each ten seconds',
      unit: 'min',
      from: -HAPPENS / SECOND / MINUTE_SECONDS,
      to,
      step: 10,
      curves: curves(HOUR_BIN, 'min'),
    },
  ]);
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

function rowOf({ what, client, figures }: Result): string {
  const { peak, even, served, callsEach, next, last } = figures;
  const cells = [
    what,
    client,
    whole(peak),
    whole(even),
    (peak / even).toFixed(2),
    served === undefined ? 'never' : whole(served),
    callsEach.toFixed(2),
    `${whole(next.peak)} (${whole(next.width)} s)`,
    `${whole(last.peak)} (${whole(last.width)} s)`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function sectionOf(scenario: Scenario, results: readonly Result[]): string {
  const own = results.filter((result) => result.scenario === scenario);
  const even = own[0]?.figures.even ?? 0;
  const lifetime = (scenario.cases[0]?.scene.lifetime ?? 0) / SECOND / MINUTE_SECONDS;
  return `## ${scenario.title}

Tokens live for ${lifetime} minutes. Even is ${whole(even)} calls per second: ${scenario.whyWindow}.

${scenario.reading}

![Refresh calls per second over time](${scenario.name}.svg)

| the server | client | busiest second | evenly | times | all served after, s | calls for each client until then | one lifetime later | the last lifetime |
|-|-|-|-|-|-|-|-|-|
${own.map(rowOf).join('\n')}
`;
}

export function writeResults(
  scenarios: readonly Scenario[],
  results: readonly Result[],
  { clients, seed, date }: Conditions,
): string {
  return `# The herd

${whole(clients)} clients of one server, simulated by \`npm run bench:herd -- --seed ${seed} --clients ${clients}\` on ${date}.
The same seed gives the same figures.

Each client is one person's visible tab. It sends a request every 5 seconds to every 5 minutes on average, at random. It refreshes by the
package's own rules, which are imported from \`src/\`. The naive client refreshes 30 s before expiry, and tries again every second: a
tenth of that herd is simulated, and each call counted ten times. A call takes 50 to 150 ms. The limited server serves ${whole(clients / 100)} calls per second.

- **busiest second**: calls in it, from the moment on.
- **evenly**: one call of each client, spread evenly over the window that the scenario names. **times**: the busiest second, compared
  with that. The goal is 1.5 at most.
- **all served after**: seconds until as many tokens were given out as there are clients.
- **one lifetime later**, **the last lifetime**: the busiest second of that wave, and in brackets the time in which nine of ten of its calls fall.
  A herd without any wave makes about ${whole(clients / 273)} calls per second with tokens of five minutes.

${scenarios.map((scenario) => sectionOf(scenario, results)).join('\n')}`;
}
