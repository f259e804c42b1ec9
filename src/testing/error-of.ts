/** An error of the package by its code, as a test orders it. */

import {
  type AnyAuthError,
  type AuthErrorCode,
  BodyNotReplayableError,
  ConfigurationError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
  SignInFailedError,
} from '../errors.js';

export function errorOf(code: AuthErrorCode): AnyAuthError {
  const message = `The test has asked for the error "${code}".`;
  switch (code) {
    case 'session-expired':
      return new SessionExpiredError(message);
    case 'signed-out':
      return new SignedOutError(message);
    case 'session-changed':
      return new SessionChangedError(message);
    case 'refresh-unavailable':
      return new RefreshUnavailableError(message);
    case 'body-not-replayable':
      return new BodyNotReplayableError(message);
    case 'sign-in-failed':
      return new SignInFailedError(message, false);
    case 'configuration':
      return new ConfigurationError(message);
  }
}
