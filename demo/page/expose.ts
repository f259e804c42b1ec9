/** What tests, and whoever opens the console, find at `window.demo`. */

import type { AuthClient, AuthState, JwtClaims } from 'silent-refresh';
import { createKy } from 'silent-refresh/ky';

export interface Demo {
  readonly auth: AuthClient;
  /** A ky on top of it. */
  readonly api: ReturnType<typeof createKy>;
  signInAs(user: string): Promise<AuthState<JwtClaims>>;
}

declare global {
  interface Window {
    demo: Demo;
  }
}

/** @param send the page's way to the network */
export function expose(auth: AuthClient, send: typeof fetch): Demo {
  const signInAs = (user: string) =>
    auth.signIn(() =>
      send('/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user, password: 'demo' }),
      }),
    );
  window.demo = { auth, api: createKy(auth, { prefix: '/api' }), signInAs };
  return window.demo;
}
