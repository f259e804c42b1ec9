/** `silent-refresh/react`: the client for a tree of components, who is signed in, and a guard for what is not for all. */

'use client';

import {
  createContext,
  Fragment,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { AuthClient, JwtClaims } from './auth-client.js';
import { ConfigurationError } from './errors.js';
import type { AuthState } from './session/auth-state.js';
import { USER_VERSION } from './session/user-version.js';

const ClientContext = createContext<AuthClient<object> | undefined>(undefined);

export interface AuthProviderProps {
  /** Made once, outside of components. It isn't disposed of when the provider goes: it is yours. */
  readonly client: AuthClient<object>;
  readonly children?: ReactNode;
}

/**
 * Gives the client to the components below, and finds out, once, whether somebody is signed in (`client.restore()`).
 *
 * @example
 * createRoot(element).render(<AuthProvider client={auth}><App /></AuthProvider>);
 */
export function AuthProvider({ client, children }: AuthProviderProps): ReactElement {
  useEffect(() => {
    // A failure shows in the state and in an event; restore() is shared, and answers at once where it is known.
    void client.restore();
  }, [client]);
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** What {@link useAuth} gives: the state, to be narrowed on `status`, and what is asked of the client most. */
export type Auth<Claims extends object = JwtClaims> = AuthState<Claims> &
  Pick<AuthClient<Claims>, 'fetch' | 'signOut'> & { readonly client: AuthClient<Claims> };

/**
 * Who is signed in, with `fetch`, `signOut` and the `client`. The component renders again when that changes, and not for
 * a refresh that changed only what each token has anew: `expiresAt`, and the claims `exp`, `iat`, `nbf` and `jti`; select
 * them where you need them as they are now.
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

  const read = (state: AuthState) => {
    // React reads often, and takes each new object for a change.
    if (state !== last.state || selector !== last.select) {
      const { fetch, signOut } = client;
      const selected = selector ? selector(state) : { ...state, fetch, signOut, client };
      if (!isAlike(selected, last.value, selector ? {} : ANEW_EACH_TIME)) last.value = selected;
      last.state = state;
      last.select = selector;
    }
    return last.value;
  };
  return useSyncExternalStore(
    client.subscribe,
    () => read(client.getState()),
    () => read(ON_SERVER),
  );
}

export interface SignedInProps {
  /** Shown to who is signed in; made anew when that is another user, so that no state of the earlier one is left. */
  readonly children?: ReactNode;
  /** Shown when nobody is signed in: the login page, say, or a redirect to it. */
  readonly fallback?: ReactNode;
  /** Shown while that isn't known yet: at page load, and for as long as neither tabs nor server can be reached. */
  readonly restoring?: ReactNode;
}

/**
 * Shows its children only to who is signed in. For the eyes: what guards the data is your API.
 *
 * @throws {@link ConfigurationError} there is no {@link AuthProvider} above
 *
 * @example
 * <SignedIn fallback={<Login />} restoring={<Splash />}><Orders /></SignedIn>
 */
export function SignedIn({ children, fallback, restoring }: SignedInProps): ReactElement {
  // It is there, or useAuth() throws.
  const client = useContext(ClientContext) as AuthClient<object>;
  const [status, user] = useAuth((state) => [state.status, userOf(state, client)] as const);
  const [, wake] = useState(user);
  // The one kind of effect that goes on in a hidden <Activity>. Without it, that would be shown again, and its effects
  // run again, for the next user, before React asks the store.
  useInsertionEffect(() => client.subscribe(() => wake(userOf(client.getState(), client))), [client]);
  return (
    <Fragment key={user}>{status === 'signed-in' ? children : status === 'restoring' ? restoring : fallback}</Fragment>
  );
}

const stores = new WeakMap<object, number>();
let count = 0;

/** Another text for another user, and for another client's; not by the subject alone, which opaque tokens don't tell. */
function userOf(state: AuthState, { subscribe }: AuthClient<object>): string {
  type Told = AuthState & { readonly subject?: string; readonly [USER_VERSION]?: number };
  const { status, subject, [USER_VERSION]: version } = state as Told;
  // Nobody's yet, or not made by a client, as tests have them.
  if (status === 'restoring' || version === undefined) return status + subject;
  // Two clients may count alike. Another `subscribe` is another store to React, too, and copies of a client share it.
  const store = stores.get(subscribe) ?? ++count;
  stores.set(subscribe, store);
  return [status, version, store].join();
}

type Selector = (state: AuthState) => unknown;

const ON_SERVER: AuthState = { status: 'restoring' };

/** 1: it doesn't count; an object: what of its values doesn't. */
type Without = 1 | { readonly [key: string]: Without };

/** What a refresh changes in any case, in the state and in its claims (RFC 7519 §4.1). */
const ANEW_EACH_TIME: Without = { expiresAt: 1, claims: { exp: 1, iat: 1, nbf: 1, jti: 1 } };

type Plain = Readonly<Record<string, unknown>>;

/** Compares plain objects and arrays by content, all else by identity. */
function isAlike(a: unknown, b: unknown, without: Without = {}): boolean {
  const kind = a?.constructor;
  return (
    without === 1 ||
    a === b ||
    (kind === b?.constructor &&
      (kind === Object || kind === Array) &&
      Object.keys({ ...(a as Plain), ...(b as Plain) }).every((key) =>
        isAlike((a as Plain)[key], (b as Plain)[key], without[key]),
      ))
  );
}
