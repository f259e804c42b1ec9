/** The clients of this page, in development: two where one was meant are told of. */

import { readOn } from './explanations.js';

const REGISTRY: unique symbol = Symbol.for('silent-refresh.clients-of-this-page') as never;

/** The endpoints of the clients that live, by name. Hot reloads load this module again: it stands on the page. */
type PageClients = Map<string, string[]>;

/** Returns its undo. */
export function registerClient(name: string, endpoint: string, warn: (text: string) => void): () => void {
  const page = globalThis as { [REGISTRY]?: PageClients };
  page[REGISTRY] ??= new Map();
  const endpoints = page[REGISTRY].get(name) ?? [];
  page[REGISTRY].set(name, endpoints);
  if (endpoints.includes(endpoint)) {
    warn(
      `There are two clients named '${name}' in this page, both for ${endpoint}. They share the session as two tabs do, but each has listeners and timers of its own.
Likely:
  - A hot reload has run the module again. Then this is harmless, and the next full load ends it.
  - createAuthClient() is called in a component, or a hook: each render makes a client.
To do: Call createAuthClient() once, at module level, or dispose() of the one before.
${readOn('client-made-twice')}`,
    );
  } else if (endpoints.length) {
    warn(
      `There are two clients named '${name}' in this page, for ${[...endpoints, endpoint].join(' and ')}. They share no session, but wait for each other's turn.
Likely:
  - Two apps, or two backends, and neither has been given a name.
To do: Give each its own option name.
${readOn('name-for-two-endpoints')}`,
    );
  }
  endpoints.push(endpoint);
  return () => {
    endpoints.splice(endpoints.indexOf(endpoint), 1);
  };
}
