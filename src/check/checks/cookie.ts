/** The flags of the cookie that holds the refresh token. */

import { type Cookie, isSameCookie, placeOf } from '../cookies.js';
import { broken, type Finding, kept, unclear } from '../finding.js';
import { isSameSite } from '../site.js';
import type { FirstRefresh, Stage } from '../stage.js';

/** Bytes; RFC 6265 §6.1. */
const LARGEST = 4_096;

/** Both count: that of the sign-in is there until the first refresh, and that of a refresh afterwards. */
export function ofBoth(
  signedIn: Cookie | undefined,
  set: Cookie | undefined,
  find: (each: Cookie, who: string) => Finding,
): Finding {
  const bySignIn = signedIn && find(signedIn, set ? "the sign-in's" : 'it');
  const byRefresh = set && find(set, bySignIn?.outcome === 'kept' ? "the refresh's" : 'it');
  if (bySignIn?.outcome === 'broken' && byRefresh?.outcome !== 'broken') return bySignIn;
  return byRefresh ?? bySignIn ?? kept();
}

export function checkCookie({ options, endpoint, report }: Stage, { session, answer, signedIn }: FirstRefresh): void {
  const set = endpoint.cookieIn(answer, session);
  const cookie = set ?? signedIn;
  if (!cookie) return;
  const { url, origin = url } = options;
  report.tell('cookie-http-only', ofBoth(signedIn, set, httpOnly));
  report.tell(
    'cookie-secure',
    ofBoth(signedIn, set, (each, who) => secure(each, who, url)),
  );
  report.tell(
    'cookie-same-site',
    set ? sameSite(set, url, origin) : unclear("no refresh sets the cookie, and a cookie jar doesn't hold SameSite"),
  );
  report.tell('cookie-path', path(cookie, set && signedIn));
  report.tell('cookie-domain', ofBoth(signedIn, set, domain));
  report.tell('cookie-expiry', ofBoth(signedIn, set, expiry));
  report.tell('cookie-size', ofBoth(signedIn, set, size));
}

const httpOnly = ({ isHttpOnly }: Cookie, who: string): Finding =>
  isHttpOnly ? kept() : broken(`${who} has no HttpOnly: any script in the page can take it away`);

const domain = ({ isHostOnly, domain }: Cookie, who: string): Finding =>
  isHostOnly ? kept() : broken(`${who} goes to each subdomain of ${domain}, too`);

const expiry = ({ expires }: Cookie, who: string): Finding =>
  expires === undefined ? broken(`${who} has neither Max-Age nor Expires`) : kept();

const size = ({ size }: Cookie, who: string): Finding =>
  size < LARGEST ? kept(`${size} bytes`) : broken(`${who} has ${size} bytes`);

export function secure({ isSecure }: Cookie, who: string, { protocol }: URL): Finding {
  if (protocol === 'https:') return isSecure ? kept() : broken(`${who} has no Secure: plain http would carry it, too`);
  return kept(
    isSecure
      ? 'Safari takes no Secure cookie from http://localhost'
      : 'left out on http, as Safari needs it on localhost; set it in production',
  );
}

function sameSite({ sameSite, isSecure }: Cookie, url: URL, origin: URL): Finding {
  const isOneSite = isSameSite(url, origin);
  switch (sameSite) {
    case undefined:
      return broken('it has no SameSite, which each browser reads in its own way');
    case 'lax':
    case 'strict':
      if (isOneSite) return kept(sameSite === 'lax' ? 'Lax' : 'Strict');
      return broken(
        `the pages of ${origin.origin} are another site's: the cookie doesn't go along from there`,
        'Serve both from one site, since SameSite=None works in some browsers only.',
      );
    case 'none':
      if (!isSecure) return broken('SameSite=None counts with Secure only: browsers drop the cookie');
      if (isOneSite) return broken('it is None: any site can send requests with the cookie');
      return kept('SameSite=None, since the pages are on another site');
    default:
      return broken('its SameSite is none of Strict, Lax, None');
  }
}

/** @param signedIn what the refresh has to replace */
function path(cookie: Cookie, signedIn: Cookie | undefined): Finding {
  const { name, path, isSecure, isHostOnly, isPartitioned } = cookie;
  const isHostPrefixed = name.startsWith('__Host-');
  if (isHostPrefixed && !(path === '/' && isSecure && isHostOnly)) {
    return broken('its name begins with __Host-, and browsers then want Secure, Path=/ and no Domain');
  }
  // A jar doesn't say what is partitioned.
  const before = signedIn && { ...signedIn, isPartitioned };
  if (before && !isSameCookie(before, cookie)) {
    return broken(
      `it has ${placeOf(before)} by the sign-in and ${placeOf(cookie)} by the refresh, so browsers keep both, and one is spent`,
      'Set both with the same Path and Domain.',
    );
  }
  const isEverywhere = path === '/' && !isHostPrefixed;
  return isEverywhere ? broken('with Path=/ each request to the host carries it') : kept(`Path=${path}`);
}
