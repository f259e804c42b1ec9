/** Every deadline that follows from the option `refreshTimeout`. */

/** All in milliseconds. */
export interface Deadlines {
  /** For callers who wait for a refresh. */
  readonly caller: number;
  /**
   * For this tab's turn, while another one refreshes, signs in or signs out. Callers of `signIn()` wait so long for the
   * turn, and a sign-out so long before it is sent out of turn.
   */
  readonly turn: number;
  /** For a request in its turn. It runs on after its callers got their error: the server may have processed it already. */
  readonly request: number;
  /** For the answer to a request that a page has left behind. Callers wait for it too, and still get their answer. */
  readonly abandonedRequest: number;
  /** For the answer to a sign-out. */
  readonly signOut: number;
  /** For the body of an answer that the app hands over. */
  readonly answerBody: number;
}

export const deadlinesOf = (refreshTimeout: number): Deadlines => ({
  caller: refreshTimeout,
  turn: refreshTimeout,
  request: refreshTimeout * 3,
  abandonedRequest: refreshTimeout / 2,
  signOut: refreshTimeout,
  answerBody: refreshTimeout,
});
