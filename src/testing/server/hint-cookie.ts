/** The cookie for the client's option `hintCookie`. Scripts read it, so it is in the page's own jar, and not with the server. */

import type { Family, Grant } from './sessions.js';

const numbers = new WeakMap<Family, number>();
/** Counts on through all servers of the process: no session of one looks like that of another. */
let sessions = 0;

/** Which session, a dot, and which of its refresh tokens. */
export function hintOf({ family, generation }: Grant): string {
  const number = numbers.get(family) ?? ++sessions;
  numbers.set(family, number);
  return `${number}.${generation}`;
}

/**
 * Where there is no document nothing happens: the client can't read the cookie there either, and goes on as without it.
 *
 * @param value empty: the cookie is deleted
 */
export function writeHint(name: string | undefined, value: string): void {
  if (!name || !globalThis.document) return;
  // Not `Secure`: a test's page may be on http, and Safari takes no such cookie there.
  // biome-ignore lint/suspicious/noDocumentCookie: `cookieStore` is asynchronous, and jsdom has none.
  document.cookie = `${name}=${value}; Path=/; SameSite=Lax${value ? '' : '; Max-Age=0'}`;
}
