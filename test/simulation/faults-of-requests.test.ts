/** Faults that users and their requests meet: each is found. */

import { FAULTS_OF_REQUESTS } from './faults/faults.ts';
import { testFaults } from './faults/found-by-the-rules.ts';

testFaults(FAULTS_OF_REQUESTS);
