/** The server of `silent-refresh/testing` behind the tests' network, and pages of the real client before it. */

import { http } from 'msw';
import type { AuthClient } from 'silent-refresh';
import { type AuthServerOptions, authServer } from 'silent-refresh/testing';
import { network } from '../world/network.ts';
import { pageFetch } from '../world/page.ts';
import { openTab } from '../world/tabs.ts';

type Options = Partial<AuthServerOptions<ReturnType<typeof http.all>>>;

export function serve(options: Options = {}) {
  const server = authServer({ http, ...options });
  network.use(...server.handlers);
  return server;
}

/** The login request of the README. */
export const login = (user: string, password = 'secret') =>
  pageFetch('/auth/login', { method: 'POST', body: new URLSearchParams({ user, password }) });

export const openPage = () => openTab({ fetch: pageFetch });

/** Ada is signed in, in a page of the real client. */
export async function signedIn(options?: Options) {
  const server = serve(options);
  const auth = openPage();
  await auth.signIn(() => login('ada'));
  return { server, auth };
}

/** How the API answers. */
export const statusOf = async (auth: AuthClient) => (await auth.fetch('/api/orders')).status;
