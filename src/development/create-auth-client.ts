/** The client of the development build: the same one, which also says on the console what is set up wrongly. */

import type { AuthClient, JwtClaims } from '../auth-client.js';
import { createAuthClient as createClient } from '../client.js';
import type { AuthClientOptions } from '../client-options.js';
import type { DebugEntry } from '../events.js';
import { baseUrl, resolveUrl, withoutQuery } from '../page.js';
import { explain } from './explanations.js';
import { narrate } from './narrate.js';
import { registerClient } from './page-clients.js';
import { warnOfLogin, watchLogins } from './watch-logins.js';

export function createAuthClient<Claims extends object = JwtClaims>(options: AuthClientOptions): AuthClient<Claims> {
  const base = baseUrl();
  // What is no function is for the client to refuse; on a server there is nothing to be told.
  if (base === undefined || !['undefined', 'boolean', 'function'].includes(typeof options?.debug)) {
    return createClient(options);
  }
  const said = new Set<string>();
  const warn = (text: string) => {
    if (!said.has(text)) console.warn(`[silent-refresh] ${text}`);
    said.add(text);
  };
  const undo: (() => void)[] = [];
  const auth = createClient<Claims>({
    ...options,
    debug(entry) {
      if (entry.what === 'problem') warn(explain(entry, { page: new URL(baseUrl() ?? base) }));
      if (entry.what === 'disposed') for (const each of undo) each();
      tell(options.debug, entry);
    },
    async fetch(input, init) {
      const response = await (options.fetch ?? globalThis.fetch)(input, init);
      const url = resolveUrl(input instanceof Request ? input.url : input);
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
      // The client's own requests go to its own endpoints.
      if (url && withoutQuery(url) !== endpointOf(options)) void warnOfLogin(url, method.toUpperCase(), response, warn);
      return response;
    },
  });
  undo.push(
    registerClient(options.name ?? 'default', endpointOf(options) ?? 'a refresh function', warn),
    watchLogins(() => auth.getState().status === 'signed-out', warn),
  );
  return auth;
}

function tell(debug: AuthClientOptions['debug'], entry: DebugEntry): void {
  if (debug === true) console.debug(`[silent-refresh] ${entry.at} ms: ${narrate(entry)}`);
  else if (debug) debug({ ...entry, message: narrate(entry) });
}

function endpointOf({ refresh }: AuthClientOptions): string | undefined {
  const given = typeof refresh === 'function' ? undefined : (Object(refresh) as { url?: string | URL }).url;
  const url = resolveUrl(typeof refresh === 'string' || refresh instanceof URL ? refresh : (given ?? ''));
  return url && withoutQuery(url);
}
