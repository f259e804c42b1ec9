/** The client: its methods, on the parts that do the work. */

import type { AuthClient, JwtClaims } from './auth-client.js';
import { type AuthClientOptions, checkOptions } from './client-options.js';
import { closeParts, createParts } from './client-parts.js';
import { type DebugEntry, emit, listen } from './events.js';
import { authorizedFetch } from './http/authorized-fetch.js';
import { getAccessToken } from './http/get-access-token.js';
import { refreshNow, restore, skipRestoreOfVisitor } from './lifecycle/restore.js';
import { setSession, signIn, signInWithCookie } from './lifecycle/sign-in.js';
import { signOut } from './lifecycle/sign-out.js';
import { baseUrl } from './page.js';
import { watchPageWakeUps } from './refresh/refresh-schedule.js';
import type { AuthState } from './session/public-state.js';
import { sessionGoneError } from './session/session-gone.js';
import { userVersionOfCall } from './session/sign-ins.js';
import { type Caller, FETCH_AS } from './session/user-version.js';
import { elapsed, now, unlessOpen } from './wait.js';

/** Older browsers don't have it. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as never);

/**
 * Makes the client; one for the whole app, at module level. Making it asks nothing of the network: call `restore()`, or
 * just `fetch`. On a server it is inert: it opens and keeps nothing, and whatever needs a session is refused.
 *
 * @typeParam Claims the payload of your access tokens; it is decoded, not verified
 * @throws {@link ConfigurationError} naming the option that makes no sense
 *
 * @example
 * export const auth = createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout' });
 * const response = await auth.fetch('/api/orders');
 */
export function createAuthClient<Claims extends object = JwtClaims>(options: AuthClientOptions): AuthClient<Claims> {
  const settings = checkOptions(options);
  const onServer = baseUrl() === undefined;
  const parts = createParts(settings, onServer || !settings.tabs.isShared);
  const { session, lifecycle, disposed } = parts;
  const { log } = settings;
  const madeAt = now();
  if (log) {
    listen(session.listeners, 'any', (entry) => log({ at: Math.round(elapsed(madeAt)), ...entry } as DebugEntry));
  }
  const unwatch = onServer ? undefined : watchPageWakeUps(parts);
  if (!onServer) skipRestoreOfVisitor(parts);
  const getState = () => session.state as AuthState<Claims>;

  /** Runs a method of a client that isn't disposed of, before it and after it. */
  async function thenState(label: string, run: () => Promise<void>) {
    if (!disposed.isOpen) await unlessOpen(disposed, run());
    if (disposed.isOpen) throw sessionGoneError(session, label);
    return getState();
  }

  const fetchAs =
    (caller?: Caller): AuthClient['fetch'] =>
    (input, init) =>
      authorizedFetch(settings, parts, caller, input, init);

  function dispose() {
    if (disposed.isOpen) return;
    unwatch?.();
    // A listener may have called this: the others hear no more.
    session.listeners.due.length = 0;
    emit(session.listeners, 'disposed', {});
    closeParts(parts);
  }

  if (onServer) dispose();
  return {
    fetch: Object.assign(fetchAs(), {
      [FETCH_AS]: ({ userVersion = userVersionOfCall(session, undefined) }: Caller) => fetchAs({ userVersion }),
    }),
    getAccessToken: (options) => getAccessToken(parts, options),
    restore: () => quiet(restore(parts).then(getState)),
    signIn: (request?: Parameters<typeof signIn>[1]) =>
      thenState('signIn()', () => (request ? signIn(parts, request) : signInWithCookie(parts))),
    setSession: (answer) => thenState('setSession()', () => setSession(parts, answer)),
    refresh: () => quiet(thenState('refresh()', () => refreshNow(parts))),
    signOut: () => signOut(settings, parts, lifecycle),
    getState,
    subscribe: (listener) => listen(session.listeners, 'state', listener),
    on: (event, listener) => listen(session.listeners, event, listener),
    dispose,
    [DISPOSE]: dispose,
  } satisfies AuthClient<Claims>;
}

/** For calls that apps make without waiting for them: a failure also shows in the state and in an event. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
