/** This package: the first example of the README. */

import { createAuthClient } from 'silent-refresh';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const auth = createAuthClient({ refresh: `${origin}/auth/refresh`, allowedOrigins: [origin] });
  auth.on('signed-out', ({ reason }) => {
    if (reason === 'expired') signedOut();
  });
  return {
    signIn: (user) => auth.signIn(() => logIn(origin, user)),
    request: async (path, sent) => (await auth.fetch(origin + path, sent)).status,
  };
};

const logIn = (origin: string, user: string) =>
  fetch(`${origin}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user, password: 'demo' }),
  });
