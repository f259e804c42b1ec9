/**
 * Stryker counts how often each mutated place is reached, and takes a hundred times as often for a loop without end. Where
 * files share a worker, each file would count those before it once more; so each begins anew.
 */

import { afterAll } from 'vitest';

interface Coverage {
  static: object;
  perTest: object;
}

interface Stryker {
  /** Handed over after each file. */
  mutantCoverage?: Coverage;
  /** What all mutated code counts in: each of its modules keeps the first `mutantCoverage` that it finds. */
  counted?: Coverage;
}

const { __stryker__: stryker } = globalThis as { __stryker__?: Stryker };
if (stryker?.counted) stryker.mutantCoverage = stryker.counted;

// Before Stryker's own hook, which was there first.
afterAll(() => {
  if (!stryker?.mutantCoverage) return;
  stryker.counted = stryker.mutantCoverage;
  stryker.mutantCoverage = structuredClone(stryker.counted);
  Object.assign(stryker.counted, { static: {}, perTest: {} });
});
