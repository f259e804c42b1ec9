/** The page's one client, a ky on top of it, and what the page asks of the auth server by itself. */

import { type AuthState, createAuthClient, type JwtClaims } from 'silent-refresh';
import { createKy } from 'silent-refresh/ky';

export const auth = createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout' });

export const api = createKy(auth, { prefix: '/api' });

export const signInAs = (user: string): Promise<AuthState<JwtClaims>> =>
  auth.signIn(() =>
    fetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user, password: 'demo' }),
    }),
  );

declare global {
  interface Window {
    /** For the console. */
    demo: { readonly auth: typeof auth; readonly api: typeof api; readonly signInAs: typeof signInAs };
  }
}

window.demo = { auth, api, signInAs };
