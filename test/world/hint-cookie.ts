/** The hint cookie of this page's browser, and the events of it, where the browser has such. */

import { setMaxListeners } from 'node:events';
import { vi } from 'vitest';

export const HINT = 'has_session';

/** The browser tells of changed cookies from now on, until the test unstubs its globals. */
export function stubCookieStore(): void {
  const store = new EventTarget();
  // Fifty tabs listen to it.
  setMaxListeners(0, store);
  vi.stubGlobal('cookieStore', store);
}

/** By whomever: an answer, a page of the server's own, another subdomain. Empty: it is deleted. */
export function setHint(value: string): void {
  // Through the document of now: tests in jsdom have one of their own, and import no other.
  Object.assign(document, { cookie: value ? `theme=dark; ${HINT}=${value}` : 'theme=dark' });
  const change = value ? { changed: [{ name: HINT }], deleted: [] } : { changed: [], deleted: [{ name: HINT }] };
  globalThis.cookieStore?.dispatchEvent(Object.assign(new Event('change'), change));
}

/** Another cookie changes. */
export function changeTheme(): void {
  const change = { changed: [{ name: 'theme' }], deleted: [] };
  globalThis.cookieStore?.dispatchEvent(Object.assign(new Event('change'), change));
}
