/** Cookies as a browser keeps them (RFC 6265), read from a Netscape cookie jar and from `Set-Cookie`. */

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** The host, or the `Domain` that was set. */
  readonly domain: string;
  /** No `Domain` was set: no other host gets it. */
  readonly isHostOnly: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  readonly isHttpOnly: boolean;
  /** Milliseconds since 1970; `undefined`: until the browser is closed. */
  readonly expires: number | undefined;
  /** In lower case. `undefined`: not set, or not known, since a jar doesn't say. */
  readonly sameSite: string | undefined;
  readonly isPartitioned: boolean;
  /** What browsers count against their limit of 4 kB. */
  readonly size: number;
}

const HTTP_ONLY = '#HttpOnly_';

/** The format of curl's `-c`: https://curl.se/docs/http-cookies.html */
export function readJar(text: string): Cookie[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const isHttpOnly = line.startsWith(HTTP_ONLY);
    if (line.startsWith('#') && !isHttpOnly) return [];
    const fields = (isHttpOnly ? line.slice(HTTP_ONLY.length) : line).split('\t');
    const [domain, subdomains, path, secure, expires, name, value = ''] = fields;
    if (!domain || !path || !name) return [];
    return {
      name,
      value,
      domain: domain.replace(/^\./, ''),
      isHostOnly: subdomains !== 'TRUE',
      path,
      isSecure: secure === 'TRUE',
      isHttpOnly,
      expires: Number(expires) * 1_000 || undefined,
      sameSite: undefined,
      isPartitioned: false,
      size: name.length + value.length,
    };
  });
}

/** @param url whose answer set it; @param now milliseconds since 1970 */
export function readSetCookie(header: string, url: URL, now: number): Cookie {
  const [pair = '', ...rest] = header.split(';').map((part) => part.trim());
  const [name, value] = split(pair);
  const attributes = new Map(rest.map(split).map(([key, text]) => [key.toLowerCase(), text]));
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  const path = attributes.get('path');
  const maxAge = attributes.get('max-age');
  // RFC 6265 §5.3: Max-Age comes first.
  const expires = maxAge ? now + Number(maxAge) * 1_000 : Date.parse(attributes.get('expires') ?? '');
  return {
    name,
    value,
    domain: domain || url.hostname,
    isHostOnly: !domain,
    path: path?.startsWith('/') ? path : defaultPath(url),
    isSecure: attributes.has('secure'),
    isHttpOnly: attributes.has('httponly'),
    expires: Number.isNaN(expires) ? undefined : expires,
    sameSite: attributes.get('samesite')?.toLowerCase(),
    isPartitioned: attributes.has('partitioned'),
    size: name.length + value.length,
  };
}

function split(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

/** RFC 6265 §5.1.4: the folder of the URL. */
const defaultPath = ({ pathname }: URL): string => pathname.slice(0, pathname.lastIndexOf('/')) || '/';

const IDENTITY = ['name', 'path', 'domain', 'isHostOnly', 'isPartitioned'] as const;

/** A browser keeps two cookies apart that differ in one of these (RFC 6265bis §5.7). */
export const isSameCookie = (a: Cookie, b: Cookie): boolean => IDENTITY.every((part) => a[part] === b[part]);

/** The same in words: what a report says where two are kept apart. */
export const placeOf = ({ path, domain, isHostOnly, isPartitioned }: Cookie): string =>
  `Path=${path}${isHostOnly ? ` on ${domain}` : `; Domain=${domain}`}${isPartitioned ? '; Partitioned' : ''}`;

export const isDeleted = ({ expires }: Cookie, now: number): boolean => expires !== undefined && expires <= now;

/** What is kept after another cookie has come. */
export function withCookie(cookies: readonly Cookie[], cookie: Cookie, now: number): Cookie[] {
  // A jar doesn't say what is partitioned.
  const others = cookies.filter((each) => !isSameCookie({ ...each, isPartitioned: cookie.isPartitioned }, cookie));
  return isDeleted(cookie, now) ? others : [...others, cookie];
}

/** RFC 6265 §5.4. Chromium and Firefox send a `Secure` cookie to http://localhost, too. */
export function goesTo({ domain, isHostOnly, path }: Cookie, { hostname, pathname }: URL): boolean {
  const isHost = hostname === domain || (!isHostOnly && hostname.endsWith(`.${domain}`));
  return isHost && (pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`));
}
