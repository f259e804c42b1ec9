/** How long to leave a server alone: as long as it says, else exponential backoff with full jitter and a floor. */

import { elapsed, gate, now, startTimer } from '../wait.js';

export interface CoolDown {
  /** Begins a pause, of `ms` where the server named one, else one that grows with each failure. Returns its length. */
  start(ms?: number): number;
  /** Milliseconds still to wait; 0 when there is no pause. */
  remaining(): number;
  /** Resolves when the pause ends, also early. */
  over(): Promise<void>;
  /** The network is back: ends the pause early, unless the server named it. */
  lift(): void;
  /** It works again: ends the pause, and the next failure is a first one. */
  reset(): void;
  dispose(): void;
}

const FLOOR = 1_000;
const CEILING = 30_000;

export function createCoolDown(): CoolDown {
  let failures = 0;
  let named = false;
  let length = 0;
  let since = now();
  let ended = gate();
  let stopTimer = () => {};

  function backoff(): number {
    // Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/) above the floor.
    return FLOOR + Math.random() * (Math.min(CEILING, FLOOR * 2 ** failures) - FLOOR);
  }

  function end(): void {
    length = 0;
    stopTimer();
    ended.open();
    ended = gate();
  }

  function reset(): void {
    failures = 0;
    end();
  }

  return {
    start(ms) {
      failures++;
      named = ms !== undefined;
      length = Math.max(FLOOR, ms ?? backoff());
      since = now();
      stopTimer();
      stopTimer = startTimer(length, end);
      return length;
    },
    remaining: () => Math.max(0, length - elapsed(since)),
    over: () => (length ? ended.opened : Promise.resolve()),
    lift() {
      if (!named) end();
    },
    reset,
    dispose: reset,
  };
}
