/** Gives the client to the components below. */

import { createContext, type ReactElement, type ReactNode, useEffect } from 'react';
import type { AuthClient } from '../auth-client.js';

export const ClientContext = createContext<AuthClient<object> | undefined>(undefined);

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
