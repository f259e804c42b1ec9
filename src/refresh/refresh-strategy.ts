/** The contract of a way to ask the auth server for a new access token. */

import type { ReadTokens, TokenResponse } from './token-response.js';

/** One way of asking the auth server for a new access token. */
export interface RefreshStrategy {
  /** The token endpoint: `auth.fetch` leaves requests to it alone. */
  readonly url: string | URL;
  /**
   * Sends the request, once. `signal` is aborted only when the client gives the request up for good, never when a
   * caller leaves. May reject; that means "unreachable".
   */
  request(context: RefreshContext): Promise<TokenResponse>;
  /** Reads the answers of this strategy's server, where the option `readTokens` isn't given. */
  readonly readTokens?: ReadTokens | undefined;
  /** Revokes the refresh token when the user signs out (RFC 7009), beside the option `signOut`. */
  revoke?(context: RevokeContext): Promise<Response>;
}

export interface RefreshContext {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** The newest one that `readTokens` has found; `undefined` where it finds none, since a cookie holds it. */
  readonly refreshToken: string | undefined;
}

export interface RevokeContext {
  readonly fetch: typeof fetch;
  readonly refreshToken: string;
}
