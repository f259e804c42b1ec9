/** A hidden mark on each state, which tells one user's states from the next user's: opaque tokens name no subject. */

/**
 * Of each state that a client makes: how many times, until then, its user had left or another one had come. Registered,
 * because the doors are bundled apart.
 */
export const USER_VERSION: unique symbol = Symbol.for('silent-refresh.user-version') as never;
