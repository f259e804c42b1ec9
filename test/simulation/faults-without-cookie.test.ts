/** Faults where no cookie holds the refresh token: each is found. */

import { expect, test } from 'vitest';
import { loadClientCode } from './client-code.ts';
import { SCHEDULES, testFaults } from './faults/found-by-the-rules.ts';
import { FAULTS_WITHOUT_COOKIE } from './faults/without-cookie.ts';
import { type Batch, firstViolation } from './search.ts';

const WITHOUT_COOKIE: Batch = { ...SCHEDULES, worlds: 'body' };

test('the client as it is breaks no promise in these schedules, either', async () => {
  expect(await firstViolation(await loadClientCode(), WITHOUT_COOKIE)).toBeUndefined();
}, 120_000);

testFaults(FAULTS_WITHOUT_COOKIE, WITHOUT_COOKIE);
