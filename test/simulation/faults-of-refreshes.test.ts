/** Faults of tabs, turns and refreshes: each is found. */

import { expect, test } from 'vitest';
import { loadClientCode } from './client-code.ts';
import { FAULTS_OF_REFRESHES } from './faults/faults.ts';
import { SCHEDULES, testFaults } from './faults/found-by-the-rules.ts';
import { firstViolation } from './search.ts';

test('the client as it is breaks no promise in the schedules that find the faults', async () => {
  expect(await firstViolation(await loadClientCode(), SCHEDULES)).toBeUndefined();
}, 120_000);

testFaults(FAULTS_OF_REFRESHES);
