/** The guard: shows its children only while a user is signed in, and mounts them again for the next user. */

import { Fragment, type ReactElement, type ReactNode, useContext, useInsertionEffect, useState } from 'react';
import type { AuthClient } from '../auth-client.js';
import type { AuthState } from '../session/public-state.js';
import { USER_VERSION } from '../session/user-version.js';
import { ClientContext } from './provider.js';
import { useAuth } from './use-auth.js';

export interface SignedInProps {
  /** Shown while a user is signed in. Mounted again for another user, so that no state of the earlier one is left. */
  readonly children?: ReactNode;
  /** Shown when nobody is signed in: the login page, say, or a redirect to it. */
  readonly fallback?: ReactNode;
  /** Shown while that isn't known yet: at page load, and for as long as neither tabs nor server can be reached. */
  readonly restoring?: ReactNode;
}

/**
 * Shows its children only while a user is signed in. This guards the view; your API guards the data.
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
  const [, rerender] = useState(user);
  // The one kind of effect that goes on in a hidden <Activity>. Without it, that would be shown again, and its effects
  // run again, for the next user, before React asks the store.
  useInsertionEffect(() => client.subscribe(() => rerender(userOf(client.getState(), client))), [client]);
  return (
    <Fragment key={user}>{status === 'signed-in' ? children : status === 'restoring' ? restoring : fallback}</Fragment>
  );
}

const stores = new WeakMap<object, number>();
let count = 0;

/** A key that differs for each user and each client. The subject alone isn't enough: opaque tokens have none. */
function userOf(state: AuthState, { subscribe }: AuthClient<object>): string {
  type Told = AuthState & { readonly subject?: string; readonly [USER_VERSION]?: number };
  const { status, subject, [USER_VERSION]: version } = state as Told;
  // Before anybody is known, and for states that no client has made, as in tests.
  if (status === 'restoring' || version === undefined) return status + subject;
  // Two clients may count alike. Another `subscribe` is another store to React, too, and copies of a client share it.
  const store = stores.get(subscribe) ?? ++count;
  stores.set(subscribe, store);
  return [status, version, store].join();
}
