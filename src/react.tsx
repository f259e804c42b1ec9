/** `silent-refresh/react`: the client for a tree of components, who is signed in, and a guard for what is not for all. */

'use client';

import {
  createContext,
  Fragment,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { AuthClient, JwtClaims } from './auth-client.js';
import { ConfigurationError } from './errors.js';
import type { AuthState } from './session/session.js';

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
 * a refresh that changed only what each token has anew: `expiresAt`, and the claims `exp`, `iat`, `nbf` and `jti`.
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
  if (!client) throw new ConfigurationError('useAuth() needs an <AuthProvider>.');
  const [last] = useState<{ state?: AuthState; selector?: Selector | undefined; selected?: unknown }>({});

  const read = (state: AuthState) => {
    // React reads often, and takes each new object for a change.
    if (state !== last.state || selector !== last.selector) {
      const selected = selector ? selector(state) : { ...state, fetch: client.fetch, signOut: client.signOut, client };
      if (!isAlike(selected, last.selected, selector ? [] : ANEW_EACH_TIME)) last.selected = selected;
      last.state = state;
      last.selector = selector;
    }
    return last.selected;
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
  const [status, user] = useAuth((state) => [state.status, 'subject' in state && state.subject] as const);
  const shown = { 'signed-in': children, 'signed-out': fallback, restoring };
  return <Fragment key={`${status} ${user}`}>{shown[status]}</Fragment>;
}

type Selector = (state: AuthState) => unknown;

const ON_SERVER: AuthState = { status: 'restoring' };

/** What a refresh changes in any case, in the state and in its claims (RFC 7519 §4.1). */
const ANEW_EACH_TIME = ['expiresAt', 'exp', 'iat', 'nbf', 'jti'];

/** Compares plain objects and arrays by content, but for some keys of theirs and of their claims; all else by identity. */
function isAlike(a: unknown, b: unknown, without: readonly string[]): boolean {
  return (
    a === b ||
    (isPlain(a) &&
      isPlain(b) &&
      Object.keys({ ...a, ...b }).every(
        (key) => without.includes(key) || isAlike(a[key], b[key], key === 'claims' ? without : []),
      ))
  );
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  Array.isArray(value) || value?.constructor === Object;
