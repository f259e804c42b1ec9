/** Faults where no cookie holds the refresh token: each is found. */

import { SCHEDULES, testFaults } from './faults/found-by-the-rules.ts';
import { FAULTS_WITHOUT_COOKIE } from './faults/without-cookie.ts';

testFaults(FAULTS_WITHOUT_COOKIE, { ...SCHEDULES, worlds: 'body' });
