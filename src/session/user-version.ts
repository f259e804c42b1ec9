/** What the doors need to tell one user from the next: hidden, and registered, because the doors are bundled apart. */

/**
 * On each state that a client makes: how many times, until then, its user had left or another one had come. Opaque tokens
 * name no subject.
 */
export const USER_VERSION: unique symbol = Symbol.for('silent-refresh.user-version') as never;

/** On `auth.fetch`: gives the same `fetch` for the calls of one caller. */
export const FETCH_AS: unique symbol = Symbol.for('silent-refresh.fetch-as') as never;

/** All of a caller's requests belong to one user: to this one, else to that of now. */
export interface Caller {
  /** A promise during a sign-in that is under way. */
  readonly userVersion?: number | Promise<number> | undefined;
}

type Fetch = typeof globalThis.fetch;

/** As it is where the client has been wrapped, in a test say: then each request belongs to the user of its moment. */
export const fetchAs = (fetch: Fetch & { [FETCH_AS]?: (caller: Caller) => Fetch }, caller: Caller): Fetch =>
  fetch[FETCH_AS]?.(caller) ?? fetch;
