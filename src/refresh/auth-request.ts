/** A request to the auth server itself: it carries the cookie, outlives its page, and can't be forged across sites. */

import { ConfigurationError } from '../errors.js';

/** A double-submit cookie: its value is sent back in a header, which a foreign site can't do. */
export interface CsrfOptions {
  /** The name of a cookie that scripts may read, such as `XSRF-TOKEN`. */
  readonly cookie: string;
  /** The request header to put its value in, such as `X-XSRF-TOKEN`. */
  readonly header: string;
}

export interface AuthRequestOptions {
  readonly url: string | URL;
  /** @default 'POST' */
  readonly method?: string | undefined;
  /** Sent along, over the built-in `X-Requested-With: silent-refresh`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For servers with double-submit protection. Where its cookie is missing, no header is sent. */
  readonly csrf?: CsrfOptions | undefined;
  /** @default 'include' */
  readonly credentials?: RequestCredentials | undefined;
}

export const AUTH_REQUEST_KEYS = [
  'url',
  'method',
  'headers',
  'csrf',
  'credentials',
] as const satisfies (keyof AuthRequestOptions)[];
export const CSRF_KEYS = ['cookie', 'header'] as const satisfies (keyof CsrfOptions)[];

/** @throws ConfigurationError the server's refusal of a request that had no CSRF token to send */
export async function sendAuthRequest(
  { url, method = 'POST', headers, csrf, credentials = 'include' }: AuthRequestOptions,
  { fetch, signal = null }: { readonly fetch: typeof globalThis.fetch; readonly signal?: AbortSignal | null },
): Promise<Response> {
  const csrfToken = csrf && readCookie(csrf.cookie);
  const sent = new Headers({
    Accept: 'application/json',
    // A form of another site can send cookies, but no header of its own: https://owasp.org/www-community/attacks/csrf
    'X-Requested-With': 'silent-refresh',
  });
  // Set one by one: of names that differ in case only, the last value counts.
  if (csrfToken) sent.set(csrf.header, csrfToken);
  for (const [name, value] of new Headers(headers)) sent.set(name, value);
  const response = await fetch(url, {
    method,
    headers: sent,
    credentials,
    // Without it a tab that closes in mid-refresh loses the rotated cookie, and the next refresh counts as a theft.
    keepalive: true,
    cache: 'no-store',
    // A redirect isn't followed. As 'error' it couldn't be told from a network failure.
    redirect: 'manual',
    signal,
  });
  if (csrf && !csrfToken && response.status === 403) {
    throw new ConfigurationError(
      `It answered 403, and there is no CSRF cookie '${csrf.cookie}' to send: let the server set it again.`,
    );
  }
  return response;
}

function readCookie(name: string): string | undefined {
  const cookies = globalThis.document?.cookie.split('; ');
  const value = cookies?.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  try {
    // Laravel and others encode the value, and expect it decoded.
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}
