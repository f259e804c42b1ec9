/** The public face of the client: what each method does, when it waits, and what it throws. */

import type { AuthEventListener, AuthEvents } from './events.js';
import type { GetAccessTokenOptions } from './http/get-access-token.js';
import type { SignOutResult } from './lifecycle/sign-out.js';
import type { TokenResponse } from './refresh/token-response.js';
import type { AuthState } from './session/public-state.js';

/** The registered claims of a JWT (RFC 7519 §4.1), and any others. */
export interface JwtClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [claim: string]: unknown;
}

/** Made by {@link createAuthClient}. Its methods need no `this`: pass them around as they are. */
export interface AuthClient<Claims extends object = JwtClaims> {
  /**
   * `window.fetch` with the access token. Waits for the restore at page load, and for a refresh where the token has
   * expired; on a 401 it joins the one refresh and sends the request once more. A second 401 is the answer, and so is the
   * 401 of an address that has just refused a fresh token. To origins that may not have the token, with an
   * `Authorization` header of your own, and signed out, it is plain `fetch`. The request is what it is at the call:
   * what is changed later is in no sending of it.
   *
   * @throws {@link RefreshUnavailableError} the token couldn't be refreshed just now; the user is still signed in
   * @throws {@link SessionExpiredError} the server ended the session while the request waited
   * @throws {@link SignedOutError} the user signed out while the request waited
   * @throws {@link SessionChangedError} another user signed in while the request waited, or this tab's `signIn` found
   *   out who that is
   * @throws {@link BodyNotReplayableError} a 401 met a stream body
   * @throws whatever `fetch` throws: network errors, the abort of your own signal
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;

  /**
   * An access token that is still good for a while, for WebSocket, EventSource and other libraries: ask again for each
   * connection. Don't store it.
   *
   * @throws as {@link AuthClient.fetch}; {@link SignedOutError} or {@link SessionExpiredError} where nobody is signed in;
   *   {@link ConfigurationError} where `minValidity` is no duration
   */
  getAccessToken(options?: GetAccessTokenOptions): Promise<string>;

  /**
   * Finds out whether somebody is signed in: asks the other tabs, then the server. Call it when the page loads; calls
   * made meanwhile share one answer, later ones return the state as it is. A first `fetch` does it by itself. On a server,
   * and after `dispose()`, it resolves to `restoring`.
   *
   * @throws {@link RefreshUnavailableError} neither could be reached: the state stays `restoring`, with an `error`, and the
   *   client goes on trying while the page is visible. A rejection that nobody handles is no unhandled rejection.
   */
  restore(): Promise<AuthState<Claims>>;

  /**
   * Begins the session whose cookie is already there: back from a login page, say. It always refreshes, even if another
   * user was signed in. While nobody shows, a request made meanwhile waits for it, and belongs to the new session. One made
   * while a user shows stays that user's.
   *
   * @throws {@link SignInFailedError} the server refused the cookie; that ends the session that was known, unless it has a
   *   refresh token of its own
   * @throws {@link SignedOutError} `signOut()` was called meanwhile
   * @throws {@link RefreshUnavailableError} the server can't be reached just now: a page that is still `restoring` begins
   *   the session with its next refresh, any other calls again
   */
  signIn(): Promise<AuthState<Claims>>;

  /**
   * Signs a user in. `request` sends your login request and gives the server's answer as it came: the `Response`, or
   * its parsed JSON. It runs alone among tabs and after a refresh in flight, so keep dialogs out of it; it is given up
   * after three times `refreshTimeout`. Meanwhile requests of this tab don't wait for tokens.
   *
   * @throws {@link SignInFailedError} the answer isn't 2xx (then with its `response`), or holds no token
   * @throws {@link SignedOutError} `signOut()` was called meanwhile
   * @throws {@link SessionChangedError} somebody signed in, here or in another tab, before the answer's body ended
   * @throws {@link RefreshUnavailableError} a refresh in flight, or a sign-in in another tab, took too long
   * @throws {@link ConfigurationError} `request` is no function
   * @throws whatever `request` throws
   */
  signIn(request: () => Promise<TokenResponse>): Promise<AuthState<Claims>>;

  /**
   * Begins a session from a server's answer that is already there. Prefer {@link AuthClient.signIn}, which a refresh in
   * flight can't overtake.
   *
   * @throws {@link SignInFailedError} the answer isn't 2xx, holds no token, or has not ended within `refreshTimeout`
   * @throws {@link SignedOutError}, {@link SessionChangedError} the user signed out, or somebody signed in, before the
   *   answer's body ended
   */
  setSession(answer: TokenResponse): Promise<AuthState<Claims>>;

  /**
   * Refreshes now, though the token may still be good: after the user's rights have changed, say. Joins a refresh in
   * flight, and keeps to a pause after a failure. Signed out by the user, it stays so; see `signIn` for a new session.
   *
   * @throws {@link RefreshUnavailableError}, {@link SessionExpiredError}, {@link SignedOutError}, and
   *   {@link SessionChangedError} where the token turns out to be another user's. A rejection that nobody handles is no
   *   unhandled rejection.
   */
  refresh(): Promise<AuthState<Claims>>;

  /**
   * Signs out, in all tabs at once, then at the server: after a refresh in flight, or before it if that takes longer than
   * `refreshTimeout`, or the page goes. Never rejects.
   */
  signOut(): Promise<SignOutResult>;

  /**
   * The state as it is now: frozen, and the same object until something changes. On a server, and after `dispose()`, it is
   * always `restoring`.
   */
  getState(): AuthState<Claims>;

  /** Calls the listener after each change of the state; returns its undo, which counts at once. */
  subscribe(listener: () => void): () => void;

  /** Calls the listener for each such event; returns its undo, which counts at once. */
  on<Name extends keyof AuthEvents>(event: Name, listener: AuthEventListener<Name>): () => void;

  /**
   * Closes every channel, listener and timer, forgets the token, and frees whoever waits. No listener hears of anything any
   * more. The session goes on in other tabs, and in the next client made here: by its cookie, or by what `storage` or another
   * tab holds. Where the refresh token was in this client's memory alone, it is gone. A refresh that has been sent runs on, and
   * the refresh token that it may bring goes to the other tabs, or is revoked after a sign-out. This client is then as on a server: its state is `restoring`,
   * it keeps no new listener, and what needs a session is rejected with {@link ConfigurationError}.
   */
  dispose(): void;
  [Symbol.dispose](): void;
}
