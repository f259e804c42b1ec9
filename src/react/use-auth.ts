/** The hook: who is signed in, and what a component has chosen of it. */

import { useContext, useState, useSyncExternalStore } from 'react';
import type { AuthClient, JwtClaims } from '../auth-client.js';
import { ConfigurationError } from '../errors.js';
import type { AuthState } from '../session/public-state.js';
import { fetchAs, USER_VERSION } from '../session/user-version.js';
import { type Ignored, isAlike } from './is-alike.js';
import { ClientContext } from './provider.js';

/** What {@link useAuth} gives: the state, to be narrowed on `status`, and what is asked of the client most. */
export type Auth<Claims extends object = JwtClaims> = AuthState<Claims> &
  Pick<AuthClient<Claims>, 'fetch' | 'signOut'> & { readonly client: AuthClient<Claims> };

/**
 * Who is signed in, with `fetch`, `signOut` and the `client`. The component renders again when that changes. It doesn't
 * render for a refresh that changed only what every new token changes: `expiresAt`, and the claims `exp`, `iat`, `nbf` and
 * `jti`. Select those where you need their current values.
 *
 * `fetch` is that of the user who is shown: called after they have left, in a cleanup say, it rejects with
 * {@link SessionChangedError} or {@link SignedOutError}. While `restoring` it waits for the user whom the restore finds.
 * Signed out, it is `client.fetch`.
 *
 * While a server renders, and while React hydrates, the status is `restoring`.
 *
 * @throws {@link ConfigurationError} there is no {@link AuthProvider} above
 *
 * @example
 * const auth = useAuth<MyClaims>();
 * if (auth.status === 'signed-in') return <p>{auth.claims?.name} <button onClick={auth.signOut}>Sign out</button></p>;
 */
export function useAuth<Claims extends object = JwtClaims>(): Auth<Claims>;
/**
 * What the selector takes from the state. The component renders again when that changes, compared by content.
 *
 * @throws {@link ConfigurationError} there is no {@link AuthProvider} above, and whatever the selector throws
 *
 * @example
 * const isAdmin = useAuth((state: AuthState<MyClaims>) => state.status === 'signed-in' && state.claims?.role === 'admin');
 */
export function useAuth<Selected, Claims extends object = JwtClaims>(
  selector: (state: AuthState<Claims>) => Selected,
): Selected;
export function useAuth(selector?: Selector): unknown {
  const client = useContext(ClientContext);
  if (!client) throw new ConfigurationError('useAuth() needs <AuthProvider>.');
  const [last] = useState<{ state?: AuthState; select?: Selector | undefined; value?: unknown }>({});

  /** @param current the client's, where another one is shown */
  const read = (state: AuthState, current = state) => {
    // React reads often, and takes each new object for a change.
    if (state !== last.state || selector !== last.select) {
      const selected = selector
        ? selector(state)
        : { ...state, fetch: fetchOf(client, current), signOut: client.signOut, client };
      if (!isAlike(selected, last.value, selector ? {} : ANEW_EACH_TIME)) last.value = selected;
      last.state = state;
      last.select = selector;
    }
    return last.value;
  };
  return useSyncExternalStore(
    client.subscribe,
    () => read(client.getState()),
    () => read(ON_SERVER, client.getState()),
  );
}

type Fetch = AuthClient['fetch'];
const bound = new WeakMap<Fetch, { readonly userVersion: number; readonly fetch: Fetch }>();

/**
 * The `fetch` of the user whom the state shows, the same one until another user comes. A page that is restoring awaits its
 * user. Signed out, there is none yet: after a sign-in the form goes on as that user.
 */
function fetchOf({ fetch }: AuthClient<object>, state: AuthState & { readonly [USER_VERSION]?: number }): Fetch {
  const { status, [USER_VERSION]: userVersion } = state;
  // No client has made this state, as in tests.
  if (status === 'signed-out' || userVersion === undefined) return fetch;
  const last = bound.get(fetch);
  if (last?.userVersion === userVersion) return last.fetch;
  const next = { userVersion, fetch: fetchAs(fetch, { userVersion }) };
  bound.set(fetch, next);
  return next.fetch;
}

type Selector = (state: AuthState) => unknown;

const ON_SERVER: AuthState = { status: 'restoring' };

/** What a refresh changes in any case, in the state and in its claims (RFC 7519 §4.1). */
const ANEW_EACH_TIME: Ignored = { expiresAt: true, claims: { exp: true, iat: true, nbf: true, jti: true } };
