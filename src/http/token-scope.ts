/** Which URLs may carry the access token: whole origins, or a part of one; and never the auth server's own endpoints. */

import { ownOrigin } from '../page.js';

export interface TokenScope {
  /** Origins, or URL prefixes on a path boundary. The page's own origin is allowed, unless an entry limits it to a path. */
  readonly allowed: readonly Place[];
  /** The endpoints whose own 401 must never ask for a refresh. */
  readonly authEndpoints: readonly AuthEndpoint[];
}

/** What is compared at each request. A URL would write it anew each time it is read. */
export type Place = Pick<URL, 'origin' | 'pathname' | 'search'>;

export const placeOf = ({ origin, pathname, search }: URL): Place => ({ origin, pathname, search });

export interface AuthEndpoint extends Place {
  /** The API may have the same address for other methods: a session that is read by GET, and ended by DELETE. */
  readonly method: string | undefined;
}

/** @param method where it is known: after a redirect it isn't */
export function covers(scope: TokenScope, url: URL, method?: string): boolean {
  const { allowed } = scope;
  const { origin: asked } = url;
  const own = ownOrigin();
  const isOwn = asked === own && allowed.every(({ origin }) => origin !== own);
  return (
    // The origin of a "blob:" URL is that of its page, and all files and apps have the origin "null".
    url.protocol.startsWith('http') &&
    (isOwn || allowed.some((entry) => entry.origin === asked && reaches(entry, url))) &&
    !isAuthEndpoint(scope, url, method)
  );
}

export function isAuthEndpoint({ authEndpoints }: TokenScope, url: URL, method?: string): boolean {
  const { pathname } = url;
  return authEndpoints.some(
    (endpoint) =>
      endpoint.pathname === pathname &&
      endpoint.origin === url.origin &&
      // Some servers tell endpoints apart by the query: "/api.php?action=refresh".
      (!endpoint.search || endpoint.search === url.search) &&
      (!method || !endpoint.method || endpoint.method.toUpperCase() === method.toUpperCase()),
  );
}

const reaches = ({ pathname }: Place, url: URL): boolean => pathname === '/' || isSurelyBelow(url.pathname, pathname);

/**
 * Whether a path is below a prefix, whatever servers and proxies do to it after we have compared: decode it, more than
 * once, drop what follows a ";", take "\\" for "/", go up at "..". What they have decoded, they may parse as a URL: line
 * breaks and tabs go, and a "?" or "#" ends the path. "/api/..%252fadmin" and "/api/..;/admin" aren't surely below "/api".
 */
function isSurelyBelow(path: string, prefix: string): boolean {
  const start = prefix.replace(/\/?$/, '/');
  let before = '';
  for (let reading = path; reading !== before; reading = decodeAscii(before)) {
    const parsed = reading.replace(/[\t\n\r]/g, '');
    const [ended = ''] = parsed.split(/[?#]/);
    if (![reading, parsed, ended].every((each) => `${withoutDots(each)}/`.startsWith(start))) return false;
    if (OVERLONG.test(reading)) return false;
    before = parsed;
  }
  return isWellEncoded(path);
}

function withoutDots(path: string): string {
  const segments: string[] = [];
  // Empty segments go first: where a server merges slashes, ".." leads past them.
  for (const segment of path.split(/[\\/]+/)) {
    const [name] = segment.split(';');
    if (name === '..') segments.pop();
    else if (name !== '.') segments.push(segment);
  }
  return segments.join('/');
}

const decodeAscii = (path: string): string =>
  path.replace(/%([0-7][\da-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

/** An ASCII character in more bytes than it needs, which is no UTF-8 (RFC 3629 §3): some servers read a "/" out of it. */
const OVERLONG = /%c[01]|%e0%[89]|%f0%8/i;

/** What else is no UTF-8 may be read as anything. Decoded once, a "%" may stand alone: "20%25de" is "20%de". */
function isWellEncoded(path: string): boolean {
  try {
    return !!decodeURIComponent(path);
  } catch {
    return false;
  }
}
