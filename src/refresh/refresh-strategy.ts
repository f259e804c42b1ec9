/** The contract of a way to ask the auth server for a new access token. */

import type { TokenResponse } from './token-response.js';
import type { ReadTokens } from './token-shapes.js';

/** One way of asking the auth server for a new access token. */
export interface RefreshStrategy {
  /**
   * The token endpoint. `auth.fetch` sends requests to it as plain `fetch` does. Those to the endpoint of `bodyRefresh` it
   * sends like any other: it may be the API itself, as with GraphQL.
   */
  readonly url: string | URL;
  /**
   * The method of `request`. Requests of other methods to the same URL are the API's.
   *
   * @default unknown: no request to the URL is the API's
   */
  readonly method?: string | undefined;
  /**
   * Sends the request, once. `signal` is aborted only when the client gives the request up for good, never when a
   * caller leaves. May reject; that means "unreachable".
   */
  request(context: RefreshContext): Promise<TokenResponse>;
  /**
   * Reads the answers of this strategy's server, where the option `readTokens` isn't given. A refresh token that it finds
   * is kept in memory, handed to other tabs like the access token, and given to `request()` and `revoke()`. The shapes
   * that are built in leave refresh tokens out. A tab that comes back from WebKit's back/forward cache may have missed a
   * rotation, and gives `request()` the token of before: unlike `bodyRefresh`, such a strategy needs the server's overlap.
   */
  readonly readTokens?: ReadTokens | undefined;
  /** Revokes the refresh token when the user signs out (RFC 7009), beside the option `signOut`. */
  revoke?(context: RevokeContext): Promise<Response>;
}

export interface RefreshContext {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /**
   * The newest one that `readTokens` has found. `undefined` where a cookie holds it, and in a tab that knows of no session:
   * a strategy that needs it then gives `new Response(null, { status: 401 })`, without a request.
   */
  readonly refreshToken: string | undefined;
}

export interface RevokeContext {
  readonly fetch: typeof fetch;
  readonly refreshToken: string;
}
