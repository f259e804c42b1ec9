/** Each fault that is put into the client is found: rules that can't be broken would prove nothing. */

import { expect, test } from 'vitest';
import { loadClientCode } from './client-code.ts';
import { FAULTS } from './faults/faults.ts';
import { firstViolation } from './search.ts';

const SCHEDULES = { seed: 77, runs: 5_000 };

test('the client as it is breaks no promise in the schedules that find the faults', async () => {
  expect(await firstViolation(await loadClientCode(), { ...SCHEDULES, runs: 1_000 })).toBeUndefined();
}, 120_000);

for (const { name, patches } of FAULTS) {
  test(`found: ${name}`, async () => {
    const found = await firstViolation(await loadClientCode(patches), SCHEDULES);
    expect(found?.violation.promise).toBeDefined();
  }, 120_000);
}
