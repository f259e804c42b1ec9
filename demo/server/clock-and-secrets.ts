/** What the rules of sessions and tokens take from outside: the time, and names that nobody can guess. */

import { randomBytes } from 'node:crypto';

export interface ClockAndSecrets {
  /** Milliseconds since 1970. */
  now(): number;
  /** Another one each time. */
  secret(): string;
}

export const REAL: ClockAndSecrets = {
  now: () => Date.now(),
  secret: () => randomBytes(32).toString('base64url'),
};
