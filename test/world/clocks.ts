/** Time that passes when a test says so; wall clock and monotonic clock together, or one without the other. */

import { vi } from 'vitest';
import { rest } from './waiting.ts';

/** The page's clocks stand still from now on. The network, locks and messages go on as they are. */
export function stopClocks(): void {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
}

/** Lets time pass by both clocks, in steps, so that what becomes due can be done before later things become due. */
export async function pass(ms: number, step = ms): Promise<void> {
  await rest();
  for (let left = ms; left > 0; left -= step) {
    await vi.advanceTimersByTimeAsync(Math.min(step, left));
    await rest();
  }
}

/** The wall clock alone jumps: the machine slept while its monotonic clock stood still, or somebody set the clock. */
export function jumpWallClock(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** The monotonic clock alone moves on; timers are as late as they are after sleep. */
export function jumpMonotonicClock(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

/** Lets time pass until the promise settles, and gives its outcome. */
export async function passUntil<T>(promise: Promise<T>, step = 200): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let steps = 0; steps < 5_000 && !settled; steps++) await pass(step);
  if (!settled) throw new Error('It never settles.');
  return promise;
}
