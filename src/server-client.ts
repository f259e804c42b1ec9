/** The client on a server, where there is no user: the same face, and nothing behind it that requests could share. */

import type { AuthClient } from './auth-client.js';
import { ConfigurationError } from './errors.js';
import type { AuthState } from './session/session.js';

const RESTORING: AuthState<never> = Object.freeze({ status: 'restoring' });

export function createServerClient<Claims extends object>(fetch: typeof globalThis.fetch): AuthClient<Claims> {
  const refuse = async (): Promise<never> => {
    throw new ConfigurationError(
      'There is no session on a server: call this in the browser. On the server use the cookie of the incoming request.',
    );
  };
  const nothing = () => {};
  return {
    fetch,
    getAccessToken: refuse,
    restore: async () => RESTORING,
    signIn: refuse,
    setSession: refuse,
    refresh: refuse,
    signOut: async () => ({ serverConfirmed: false }),
    getState: () => RESTORING,
    subscribe: () => nothing,
    on: () => nothing,
    dispose: nothing,
    [Symbol.dispose]: nothing,
  };
}
