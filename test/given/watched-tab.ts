/** A tab whose every request is seen, with what it bears. */

import type { AuthClientOptions } from 'silent-refresh';
import { startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';

/** Ada's tab; it answers each request itself, and keeps what was sent. */
export async function watchedTab(options: Partial<AuthClientOptions> = {}, answer = () => new Response('{}')) {
  const server = startAuthServer();
  const sent: { url: string; authorization: string | null }[] = [];
  const auth = openTab({
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, document.baseURI);
      if (url.href === TOKEN_ENDPOINT && init?.keepalive) return fetch(url, init);
      const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
      sent.push({ url: url.href, authorization: headers.get('authorization') });
      return answer();
    },
    ...options,
  });
  await auth.setSession(server.signIn('ada'));
  /** Whether a request to this URL bears the token. */
  const bears = async (input: string | URL | Request, init?: RequestInit) => {
    await auth.fetch(input, init);
    return sent.at(-1)?.authorization === `Bearer ${await auth.getAccessToken()}`;
  };
  return { server, auth, sent, bears };
}
