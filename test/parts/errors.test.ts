/** The errors: told apart by code, in another copy of the package, too. */

import {
  AuthError,
  BodyNotReplayableError,
  ConfigurationError,
  isAuthError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionExpiredError,
  SignedOutError,
  SignInFailedError,
} from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../given/failures.ts';
import { openTab } from '../world/tabs.ts';

describe('errors are told apart by code', () => {
  const errors = [
    [new SessionExpiredError('why'), 'SessionExpiredError', 'session-expired', false],
    [new SignedOutError('why'), 'SignedOutError', 'signed-out', false],
    [new SessionChangedError('why'), 'SessionChangedError', 'session-changed', false],
    [new RefreshUnavailableError('why', 5), 'RefreshUnavailableError', 'refresh-unavailable', true],
    [new BodyNotReplayableError('why'), 'BodyNotReplayableError', 'body-not-replayable', false],
    [new SignInFailedError('why', true), 'SignInFailedError', 'sign-in-failed', true],
    [new SignInFailedError('why', false), 'SignInFailedError', 'sign-in-failed', false],
    [new ConfigurationError('why'), 'ConfigurationError', 'configuration', false],
  ] as const;

  it.each(errors)('an error has its name, code and retryability: %s', (error, name, code, retryable) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ name, code, retryable, message: 'why' });
    expect(String(error)).toBe(`${name}: why`);
    expect(isAuthError(error)).toBe(true);
  });

  it('a RefreshUnavailableError keeps `retryAfter` and its cause', () => {
    const cause = new TypeError('Failed to fetch');
    expect(new RefreshUnavailableError('why', 5, { cause })).toMatchObject({ retryAfter: 5, cause });
    const { retryAfter, cause: none } = new RefreshUnavailableError('why');
    expect([retryAfter, none]).toEqual([undefined, undefined]);
  });

  it('isAuthError knows the errors of another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('silent-refresh');
    const theirs = new copy.SignedOutError('why');

    expect(copy.SignedOutError).not.toBe(SignedOutError);
    expect(theirs).not.toBeInstanceOf(SignedOutError);
    expect(isAuthError(theirs)).toBe(true);
    expect(copy.isAuthError(new SignedOutError('why'))).toBe(true);
  });

  it.each([
    undefined,
    null,
    '',
    'session-expired',
    0,
    new Error('why'),
    new TypeError('Failed to fetch'),
    new DOMException('why', 'AbortError'),
    { code: 'session-expired', retryable: false },
    Object.assign(new Error('why'), { name: 'SessionExpiredError', code: 'session-expired', retryable: false }),
    () => {},
    Symbol('silent-refresh.error'),
  ])('isAuthError rejects what is no error of ours: %s', (value) => {
    expect(isAuthError(value)).toBe(false);
  });

  it('what a method rejects with is one of the errors', async () => {
    const auth = openTab({ signOut: undefined });
    await auth.signOut();
    const error = await failureOf(auth.getAccessToken());
    expect(isAuthError(error) && error.code).toBe('signed-out');
  });
});
