/** `createTestAuth()`: a client for component tests, whose state the test sets by hand. */

import type { AuthClient, JwtClaims } from '../auth-client.js';
import { type AnyAuthError, type AuthErrorCode, RefreshUnavailableError, SignInFailedError } from '../errors.js';
import { emit, listen, type SignedOutReason } from '../events.js';
import type { TokenResponse } from '../refresh/token-response.js';
import { expiresAt } from '../session/access-token.js';
import type { AuthState } from '../session/public-state.js';
import { createSession } from '../session/session.js';
import { closeSession, endSession, recordRestoreFailure, renewSession, signInAs } from '../session/session-changes.js';
import { sessionGoneError } from '../session/session-gone.js';
import { countAnswer } from '../session/sign-ins.js';
import { type Caller, FETCH_AS } from '../session/user-version.js';
import { gate } from '../wait.js';
import { errorOf } from './error-of.js';
import { readAnswer } from './read-answer.js';
import { createRequests, type RequestHandler } from './requests.js';
import { grantOf, type TestUser } from './test-user.js';

export interface TestAuthOptions<Claims extends object = JwtClaims> extends TestUser<Claims> {
  /** How the client begins where nobody is signed in: unknown yet, or why not. @default 'no-session' */
  readonly state?: 'restoring' | SignedOutReason | undefined;
  /**
   * Answers the requests of `auth.fetch`, and is told whose each one is. A signed-in user's bear a fake `Authorization`. What
   * it throws, `auth.fetch` rejects with.
   *
   * @default the global `fetch`, looked up at each call
   */
  readonly fetch?: RequestHandler | undefined;
  /** What `signOut()` says of the server: `false`, as offline. @default true */
  readonly serverConfirmed?: boolean | undefined;
}

/** An {@link AuthClient} that does nothing by itself. Each change takes effect before its method returns. */
export interface TestAuth<Claims extends object = JwtClaims> extends AuthClient<Claims> {
  /**
   * Somebody is signed in: after `restoring` or signed out, the event is `signed-in`; for another user, `user-changed`; for the
   * same one with other claims, `refreshed`. Requests that waited in `restoring` go on as this user.
   *
   * @throws {@link ConfigurationError} after `dispose()`
   */
  signInAs(user: string | TestUser<Claims>): void;
  /**
   * The session ends, as if the server or another tab had ended it. Where a user was signed in, the event is `signed-out`. A
   * session that has ended stays as it is, unless the user signs out.
   *
   * @param reason `'expired'`: the server has ended it; `'signed-out'`: the user has; `'no-session'`: nobody was signed in
   * @throws {@link ConfigurationError} after `dispose()`
   */
  endSession(reason: SignedOutReason): void;
  /**
   * A refresh fails: the event is `refresh-failed`. While `restoring`, the state gets the `error`, and what waits for the
   * restore is rejected with it. Otherwise the state stays.
   *
   * @param error @default a `RefreshUnavailableError` that is retryable
   */
  failRefresh(error?: AnyAuthError): void;
  /**
   * The next `fetch` or `getAccessToken` is rejected with this error, and nothing is sent; for the one after, call it again.
   * The state stays as it is.
   *
   * @param error an error, or its code
   */
  rejectNext(error: AnyAuthError | AuthErrorCode): void;
}

/**
 * A client without network, channels, locks, storage and timers, for tests of components. It takes any `AuthClient`'s place: in
 * `<AuthProvider>`, in `createKy`, and in your own modules. It needs no page.
 *
 * `fetch` adds a fake token to every URL, never refreshes, and gives a 401 back as it is. `signIn(request)` and `setSession`
 * read a token response as the real client does. `signIn()` without a request and `restore()` wait while the state is
 * `restoring`, until the test says who is signed in.
 *
 * @typeParam Claims the payload of your access tokens
 *
 * @example
 * const auth = createTestAuth({ user: 'ada', claims: { role: 'admin' }, fetch: () => Response.json([]) });
 * render(<AuthProvider client={auth}><Orders /></AuthProvider>);
 * act(() => auth.endSession('expired'));
 */
export function createTestAuth<Claims extends object = JwtClaims>(
  options: TestAuthOptions<Claims> = {},
): TestAuth<Claims> {
  const { user, claims, state = 'no-session', serverConfirmed = true } = options;
  const disposed = gate();
  // The real session, so that states, events and users are those of the real client. Only what would change it is left out.
  const session = createSession(disposed, () => {});
  const requests = createRequests(session, options.fetch);
  const getState = () => session.state as AuthState<Claims>;

  const fetchAs =
    (caller?: Caller): AuthClient['fetch'] =>
    (input, init) =>
      requests.send(caller, input, init);

  function checkAlive(label: string): void {
    if (disposed.isOpen) throw sessionGoneError(session, label);
  }

  function signInBy(user: TestUser<Claims>): void {
    checkAlive('signInAs()');
    // A restore finds the user for whom requests have waited; a sign-in is by somebody whom they don't know.
    if (session.state.status === 'restoring') renewSession(session, grantOf(user));
    else signInAs(session, grantOf(user), countAnswer(session));
  }

  async function accept(answer: TokenResponse, userVersion: number): Promise<void> {
    const place = countAnswer(session);
    const grant = await readAnswer(answer);
    checkAlive('signIn()');
    if (session.userVersion !== userVersion && session.record.ended === 'signed-out') throw errorOf('signed-out');
    signInAs(session, grant, place);
  }

  async function signIn(request?: () => Promise<TokenResponse>): Promise<AuthState<Claims>> {
    checkAlive('signIn()');
    const { userVersion } = session;
    if (request) await accept(await request(), userVersion);
    else await requests.known('signIn()');
    const state = getState();
    if (state.status === 'signed-out') throw new SignInFailedError('signIn(): there is no session to begin.', false);
    return state;
  }

  async function refresh(): Promise<AuthState<Claims>> {
    await requests.known('refresh()');
    const { token } = session.record;
    if (!token) throw sessionGoneError(session, 'refresh()');
    const { claims, subject } = token;
    renewSession(session, grantOf({ user: subject, claims, expiresAt: expiresAt(token) }));
    return getState();
  }

  function dispose(): void {
    if (disposed.isOpen) return;
    disposed.open();
    closeSession(session, undefined);
  }

  if (user !== undefined || claims) signInBy(options);
  else if (state !== 'restoring') endSession(session, state);

  return {
    fetch: Object.assign(fetchAs(), {
      [FETCH_AS]: ({ userVersion = session.userVersion }: Caller) => fetchAs({ userVersion }),
    }),
    getAccessToken: (options) => requests.getAccessToken(options),
    restore: () => quiet(requests.restored().then(getState)),
    signIn,
    setSession: (answer) => accept(answer, session.userVersion).then(getState),
    refresh: () => quiet(refresh()),
    async signOut() {
      if (!disposed.isOpen) endSession(session, 'signed-out');
      return { serverConfirmed };
    },
    getState,
    subscribe: (listener) => listen(session.listeners, 'state', listener),
    on: (event, listener) => listen(session.listeners, event, listener),
    dispose,
    [Symbol.dispose]: dispose,
    signInAs: (user) => signInBy(typeof user === 'string' ? { user } : user),
    endSession(reason) {
      checkAlive('endSession()');
      endSession(session, reason);
    },
    failRefresh(error = new RefreshUnavailableError('The test says that the token endpoint can’t be reached.')) {
      checkAlive('failRefresh()');
      emit(session.listeners, 'refresh-failed', { error });
      recordRestoreFailure(session, error);
      requests.fail(error);
    },
    rejectNext: (error) => requests.rejectNext(typeof error === 'string' ? errorOf(error) : error),
  };
}

/** As with the real client, nobody need handle it: it also shows in the state and in an event. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
