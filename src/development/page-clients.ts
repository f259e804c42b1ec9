/** The clients of this page, in development: two where one was meant are told of. */

import { readOn } from './explanations.js';
import type { Warn } from './warn.js';

const REGISTRY: unique symbol = Symbol.for('silent-refresh.clients-of-this-page') as never;

/** The endpoints of the clients that live, by name. Hot reloads load this module again: it stands on the page. */
type PageClients = Map<string, string[]>;

/** Returns its undo. */
export function registerClient(name: string, endpoint: string, warn: Warn): () => void {
  const page = globalThis as { [REGISTRY]?: PageClients };
  page[REGISTRY] ??= new Map();
  const endpoints = page[REGISTRY].get(name) ?? [];
  page[REGISTRY].set(name, endpoints);
  if (endpoints.includes(endpoint)) {
    warn(
      `client-made-twice ${name} ${endpoint}`,
      `This page has made two clients named '${name}' for ${endpoint}. They share one session, as two tabs do. But each has listeners and timers of its own.
Likely:
  - createAuthClient() is called inside a component or a hook. Then each render makes another client.
  - A hot reload has run the module again. Then this is harmless, and a full reload ends it.
To do: Call createAuthClient() once, at the top level of a module. Or call dispose() on the earlier client first.
${readOn('client-made-twice')}`,
    );
  } else if (endpoints.length) {
    warn(
      `name-for-two-endpoints ${name}`,
      `This page has two clients named '${name}', for ${[...endpoints, endpoint].join(' and ')}. They share no session, but each waits while the other one refreshes.
Likely:
  - The page uses two backends, or holds two apps, and their clients have no name of their own.
To do: Give each client its own name: createAuthClient({ name: 'shop', … }).
${readOn('name-for-two-endpoints')}`,
    );
  }
  endpoints.push(endpoint);
  return () => {
    endpoints.splice(endpoints.indexOf(endpoint), 1);
  };
}
