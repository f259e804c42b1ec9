/** What a promise is rejected with. */

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
