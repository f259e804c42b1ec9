/** Which URLs may carry the access token: whole origins, or a part of one; and never the auth server's own endpoints. */

export interface TokenScope {
  covers(url: URL): boolean;
}

/**
 * @param allowed origins, or URL prefixes on a path boundary
 * @param own the page's origin, if it has one: allowed as a whole, unless an entry names a part of it
 * @param authEndpoints whose own 401 must never ask for a refresh
 */
export function createTokenScope(
  allowed: readonly URL[],
  own: string | undefined,
  authEndpoints: readonly URL[],
): TokenScope {
  const entries =
    !own?.startsWith('http') || allowed.some(({ origin }) => origin === own) ? allowed : [new URL(own), ...allowed];
  return {
    // The origin of a "blob:" URL is that of its page, and all files and apps have the origin "null".
    covers: (url) =>
      url.protocol.startsWith('http') &&
      entries.some((entry) => reaches(entry, url)) &&
      !authEndpoints.some((endpoint) => isSame(endpoint, url)),
  };
}

function reaches(entry: URL, url: URL): boolean {
  if (entry.origin !== url.origin) return false;
  const prefix = entry.pathname.replace(/\/$/, '');
  if (prefix === '') return true;
  // Servers may decode "%2f" and "%5c" after we have compared: "/api/..%2fadmin" isn't surely below "/api".
  return `${url.pathname}/`.startsWith(`${prefix}/`) && !/%(2f|5c)/i.test(url.pathname);
}

const isSame = (a: URL, b: URL): boolean => a.origin === b.origin && a.pathname === b.pathname;
