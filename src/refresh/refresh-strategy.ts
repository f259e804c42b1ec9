/** The contract of a way to ask the auth server for a new access token. */

import type { TokenResponse } from './token-response.js';

/** One way of asking the auth server for a new access token. */
export interface RefreshStrategy {
  /** The token endpoint: `auth.fetch` leaves requests to it alone. */
  readonly url: string | URL;
  /**
   * Sends the request, once. `signal` is aborted only when the client gives the request up for good, never when a
   * caller leaves. May reject; that means "unreachable".
   */
  request(context: { readonly fetch: typeof fetch; readonly signal: AbortSignal }): Promise<TokenResponse>;
}
