/** A request to the auth server itself: it carries the cookie, outlives its page, and can't be forged across sites. */

import { baseUrl } from '../page.js';

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
  /** For servers with double-submit protection. */
  readonly csrf?: CsrfOptions | undefined;
  /** @default 'include' */
  readonly credentials?: RequestCredentials | undefined;
}

export async function sendAuthRequest(
  { url, method = 'POST', headers, csrf, credentials = 'include' }: AuthRequestOptions,
  { fetch, signal = null }: { readonly fetch: typeof globalThis.fetch; readonly signal?: AbortSignal | null },
): Promise<Response> {
  return fetch(new URL(url, baseUrl()), {
    method,
    headers: {
      Accept: 'application/json',
      // A form of another site can send cookies, but no header of its own: https://owasp.org/www-community/attacks/csrf
      'X-Requested-With': 'silent-refresh',
      ...(csrf && { [csrf.header]: readCookie(csrf.cookie) }),
      ...headers,
    },
    credentials,
    // Without it a tab that closes in mid-refresh loses the rotated cookie, and the next refresh counts as a theft.
    keepalive: true,
    cache: 'no-store',
    redirect: 'error',
    signal,
  });
}

function readCookie(name: string): string {
  const cookies = globalThis.document?.cookie.split('; ') ?? [];
  const value = cookies.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  try {
    // Laravel and others encode the value, and expect it decoded.
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
