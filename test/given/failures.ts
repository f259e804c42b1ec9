/** What a promise is rejected with. */

import { AuthError } from 'silent-refresh';
import { expect } from 'vitest';

/** The reason of its rejection; it has to be rejected. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('It should have failed.');
    },
    (reason: unknown) => reason,
  );

/** The reason of its rejection, if it is rejected, else `undefined`. */
export const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

/** What the error of its rejection says; it has to be rejected. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(AuthError);
  return (error as AuthError).message;
}
