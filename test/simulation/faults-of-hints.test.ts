/** Faults of the hint cookie: each is found. */

import { SCHEDULES, testFaults } from './faults/found-by-the-rules.ts';
import { FAULTS_OF_HINTS } from './faults/of-hints.ts';

testFaults(FAULTS_OF_HINTS, { ...SCHEDULES, worlds: 'hint' });
