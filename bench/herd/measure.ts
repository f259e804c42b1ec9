/** The figures of one run. */

import type { Case, Scenario } from './cases.ts';
import { busiest, secondsUntil, shortestTimeFor, sum } from './figures.ts';
import { HAPPENS, SECOND } from './scenes.ts';
import type { Sight } from './world.ts';

export interface Wave {
  /** Calls in its busiest second. */
  readonly peak: number;
  /** Seconds in which nine of ten of its calls fall. */
  readonly width: number;
}

export interface Figures {
  /** Calls in the busiest second, from the moment on. */
  readonly peak: number;
  /** One call of each client, spread evenly over the scenario's window. */
  readonly even: number;
  /** Seconds until so many tokens were given out as there are clients; `undefined` if never. */
  readonly served: number | undefined;
  /** Calls until then, for each client. */
  readonly callsEach: number;
  /** One lifetime later, and the last lifetime of the run. */
  readonly next: Wave;
  readonly last: Wave;
}

export function measure(
  { from, window, cycle }: Scenario,
  own: Pick<Case, 'window'>,
  { calls, granted }: Sight,
  clients: number,
): Figures {
  const start = HAPPENS / SECOND;
  const wave = (number: number): Wave => {
    const [begin, end] = [-0.5, 0.5].map((half) => Math.round(start + (number + half) * cycle)) as [number, number];
    return { peak: busiest(calls, begin, end).calls, width: shortestTimeFor(0.9, calls, begin, end) };
  };
  const served = secondsUntil(granted, from, clients);
  return {
    peak: busiest(calls, from, Math.round(start + cycle / 2)).calls,
    even: clients / (own.window ?? window),
    served,
    callsEach: sum(calls, from, from + (served ?? calls.length)) / clients,
    next: wave(1),
    last: wave(Math.floor((calls.length - start) / cycle - 0.5)),
  };
}
