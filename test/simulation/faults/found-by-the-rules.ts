/** Each fault that is put into the client is found: rules that can't be broken would prove nothing. */

import { expect, test } from 'vitest';
import { loadClientCode } from '../client-code.ts';
import { type Batch, firstViolation } from '../search.ts';
import type { Fault } from './fault.ts';

/** Most of the faults show where a cookie holds the refresh token. */
export const SCHEDULES: Batch = { seed: 77, runs: 5_000, worlds: 'cookie' };

export function testFaults(faults: readonly Fault[], schedules = SCHEDULES): void {
  for (const { name, patches, seed = schedules.seed } of faults) {
    test(`found: ${name}`, async () => {
      const found = await firstViolation(await loadClientCode(patches), { ...schedules, seed });
      expect(found?.violation.promise).toBeDefined();
    }, 120_000);
  }
}
