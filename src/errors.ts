/** Every failure of the client is one of these: a literal `code`, and whether trying again can help. */

const BRAND: unique symbol = Symbol.for('silent-refresh.error') as never;

/**
 * The base of every error that this package throws by itself. What `fetch` itself throws (a network failure, the
 * caller's own abort) passes through unchanged. No message, property or cause of these errors holds a token.
 */
export abstract class AuthError extends Error {
  /** Which failure this is; stable between versions, unlike the message. */
  abstract readonly code: AuthErrorCode;
  /** `true`: the same call may succeed later; nobody was signed out. `false`: it can't succeed as it is. */
  readonly retryable: boolean = false;

  readonly [BRAND] = true;
}

/** The server has ended the session: sign in again. */
export class SessionExpiredError extends AuthError {
  override readonly name = 'SessionExpiredError';
  readonly code = 'session-expired';
  declare readonly retryable: false;
}

/** The user has signed out, here or in another tab, or has never signed in. */
export class SignedOutError extends AuthError {
  override readonly name = 'SignedOutError';
  readonly code = 'signed-out';
  declare readonly retryable: false;
}

/** The request was made in the session of a user who is no longer the one signed in; it was not sent as the new one. */
export class SessionChangedError extends AuthError {
  override readonly name = 'SessionChangedError';
  readonly code = 'session-changed';
  declare readonly retryable: false;
}

/**
 * The access token couldn't be refreshed just now (offline, a time-out, 429, 5xx …). The session is kept. Where something is
 * set up wrongly, it isn't `retryable`, and the message says what to do.
 */
export class RefreshUnavailableError extends AuthError {
  override readonly name = 'RefreshUnavailableError';
  readonly code = 'refresh-unavailable';
  override readonly retryable: boolean;

  constructor(
    message: string,
    /** Milliseconds after which the next refresh will be tried, where that is known. */
    readonly retryAfter?: number | undefined,
    { retryable = true, ...options }: ErrorOptions & { readonly retryable?: boolean } = {},
  ) {
    super(message, options);
    this.retryable = retryable;
  }
}

/** A 401 came for a request whose body was a stream: it was sent once and can't be sent again. Build it anew. */
export class BodyNotReplayableError extends AuthError {
  override readonly name = 'BodyNotReplayableError';
  readonly code = 'body-not-replayable';
  declare readonly retryable: false;
}

/** The answer to a sign-in held no usable access token: the server refused it, or its shape isn't understood. */
export class SignInFailedError extends AuthError {
  override readonly name = 'SignInFailedError';
  readonly code = 'sign-in-failed';

  constructor(
    message: string,
    override readonly retryable: boolean,
    /** The server's refusal, its body unread, where the sign-in request gave a `Response` that wasn't 2xx. */
    readonly response?: Response | undefined,
  ) {
    super(message);
  }
}

/** An option makes no sense, or a method was called where it can't work. The message names it and says what to do. */
export class ConfigurationError extends AuthError {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration';
  declare readonly retryable: false;
}

/** Every error of this package; `switch (error.code)` narrows it. */
export type AnyAuthError =
  | SessionExpiredError
  | SignedOutError
  | SessionChangedError
  | RefreshUnavailableError
  | BodyNotReplayableError
  | SignInFailedError
  | ConfigurationError;

/** What `error.code` can be. */
export type AuthErrorCode =
  | 'session-expired'
  | 'signed-out'
  | 'session-changed'
  | 'refresh-unavailable'
  | 'body-not-replayable'
  | 'sign-in-failed'
  | 'configuration';

/**
 * Whether a caught value is an error of this package. Unlike `instanceof` it also works between two copies of the
 * package, and across frames.
 *
 * @example
 * if (isAuthError(error) && error.retryable) retryLater();
 */
export function isAuthError(value: unknown): value is AnyAuthError {
  return BRAND in Object(value);
}
