/** The error for a caller whose session is gone. */

import {
  type AnyAuthError,
  ConfigurationError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
} from '../errors.js';
import type { Session } from './session.js';

/** @param label how the error names the call */
export function sessionGoneError({ disposed, record }: Session, label: string): AnyAuthError {
  if (disposed.isOpen)
    return new ConfigurationError(
      `${label}: no session on a server, or after dispose(). In a test, give it a page (jsdom, say).`,
    );
  // In a listener the state may be older than the record.
  if (!record.ended) {
    return new SessionChangedError(`${label}: somebody else has signed in since.`);
  }
  return record.ended === 'expired'
    ? new SessionExpiredError(`${label}: the session has ended; sign in again.`)
    : new SignedOutError(`${label}: nobody is signed in.`);
}
