/** Searches for a schedule that breaks a promise, and shrinks it. */

import fc from 'fast-check';
import type { ClientCode } from './client-code.ts';
import { play } from './play.ts';
import { planIn, type Worlds } from './schedule/draw.ts';
import type { Plan } from './schedule/plan.ts';

export interface Batch {
  readonly seed: number;
  /** How many schedules. */
  readonly runs: number;
  /** @default 'all' */
  readonly worlds?: Worlds;
}

export interface BatchResult {
  readonly played: number;
  readonly refreshes: number;
  readonly requests: number;
  /** Refresh tokens that were presented again, by what has become of the first answer. */
  readonly lostOnTheWay: number;
  readonly goneWithPage: number;
  /** The smallest plan that breaks a promise, if one does. */
  readonly counterexample: Plan | undefined;
}

export async function searchBatch(code: ClientCode, { seed, runs, worlds = 'all' }: Batch): Promise<BatchResult> {
  let played = 0;
  let refreshes = 0;
  let requests = 0;
  let lostOnTheWay = 0;
  let goneWithPage = 0;
  const keepsPromises = fc.asyncProperty(planIn(worlds), async (drawn) => {
    const { violation, counts } = await play(code, drawn);
    played++;
    refreshes += counts.refreshes;
    requests += counts.requests;
    lostOnTheWay += counts.lostOnTheWay;
    goneWithPage += counts.goneWithPage;
    return !violation;
  });
  const { counterexample } = await fc.check(keepsPromises, {
    seed,
    numRuns: runs,
    interruptAfterTimeLimit: LONGEST_SEARCH,
  });
  return { played, refreshes, requests, lostOnTheWay, goneWithPage, counterexample: counterexample?.[0] };
}

/** Milliseconds for a batch, so that shrinking ends. */
const LONGEST_SEARCH = 120_000;

/** How many schedules it takes to find a broken promise; `undefined` if none of so many does. */
export async function firstViolation(code: ClientCode, { seed, runs, worlds = 'all' }: Batch) {
  let at = 0;
  for (const drawn of fc.sample(planIn(worlds), { seed, numRuns: runs })) {
    at++;
    const { violation } = await play(code, drawn);
    if (violation) return { at, violation, plan: drawn };
  }
  return undefined;
}
