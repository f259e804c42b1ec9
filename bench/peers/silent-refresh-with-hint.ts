/** This package with `hintCookie`: a cookie that scripts may read, which changes with each rotation. */

import { type AuthClientOptions, createAuthClient } from 'silent-refresh';
import type { CreateClient } from './peer.ts';

/** Versions without the option refuse it, and are marked so. */
interface WithHint extends AuthClientOptions {
  readonly hintCookie: string;
}

export const create: CreateClient = ({ origin }) => {
  const options: WithHint = {
    refresh: `${origin}/auth/refresh`,
    allowedOrigins: [origin],
    hintCookie: 'has_session',
  };
  const auth = createAuthClient(options);
  return {
    signIn: (user) =>
      auth.signIn(() =>
        fetch(`${origin}/auth/login`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ user, password: 'demo' }),
        }),
      ),
    request: async (path, sent) => (await auth.fetch(origin + path, sent)).status,
  };
};
