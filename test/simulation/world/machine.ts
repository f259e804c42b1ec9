/** The machine that the browser runs on: its clocks, which may be wrong, its sleep and its connection. */

import type { Timeline } from './timeline.ts';

/** Milliseconds since 1970 at which each simulated world begins. */
const BEGINNING = Date.UTC(2026, 0, 5, 9);

export interface Machine {
  isOnline: boolean;
  /** The true time, which servers have. */
  trueNow(): number;
  /** What `Date.now()` says. */
  wallNow(): number;
  /** What `performance.now()` says, but for the page's own beginning. */
  monotonicNow(): number;
  /** Nothing happens on the machine meanwhile. */
  sleep(ms: number): void;
  /** Somebody sets the clock. */
  jumpClock(ms: number): void;
}

/** @param countsSleep whether the monotonic clock goes on in sleep, as on Windows */
export function createMachine(timeline: Timeline, countsSleep: boolean): Machine {
  let slept = 0;
  let wrong = 0;
  return {
    isOnline: true,
    trueNow: () => BEGINNING + timeline.now + slept,
    wallNow: () => Math.floor(BEGINNING + timeline.now + slept + wrong),
    monotonicNow: () => timeline.now + (countsSleep ? slept : 0),
    sleep(ms) {
      slept += ms;
    },
    jumpClock(ms) {
      wrong += ms;
    },
  };
}
