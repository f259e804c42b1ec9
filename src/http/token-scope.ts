/** Which URLs may carry the access token: whole origins, or a part of one; and never the auth server's own endpoints. */

import { withoutQuery } from '../page.js';

export interface TokenScope {
  /** Origins, or URL prefixes on a path boundary. The page's own origin is allowed, unless an entry names a part of it. */
  readonly allowed: readonly URL[];
  /** Origin and path of the endpoints whose own 401 must never ask for a refresh. */
  readonly authEndpoints: readonly (string | undefined)[];
}

export function covers({ allowed, authEndpoints }: TokenScope, url: URL): boolean {
  const own = globalThis.location?.origin;
  const isOwn = url.origin === own && allowed.every(({ origin }) => origin !== own);
  return (
    // The origin of a "blob:" URL is that of its page, and all files and apps have the origin "null".
    url.protocol.startsWith('http') &&
    (isOwn || allowed.some((entry) => reaches(entry, url))) &&
    !authEndpoints.includes(withoutQuery(url))
  );
}

function reaches({ origin, pathname }: URL, url: URL): boolean {
  if (origin !== url.origin) return false;
  if (pathname === '/') return true;
  // Servers may decode "%2f" and "%5c" after we have compared: "/api/..%2fadmin" isn't surely below "/api".
  return `${url.pathname}/`.startsWith(pathname.replace(/\/?$/, '/')) && !/%(2f|5c)/i.test(url.pathname);
}
