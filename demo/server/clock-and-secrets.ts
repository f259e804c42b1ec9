/** The time, and secrets that nobody can guess, as a server has them. */

import { randomBytes } from 'node:crypto';
import type { ClockAndSecrets } from '../../src/testing/server/sessions.ts';

export const REAL: ClockAndSecrets = {
  now: () => Date.now(),
  secret: () => randomBytes(32).toString('base64url'),
};
