/** A request to the auth server itself: it carries the cookie, outlives its page, and can't be forged across sites. */

import { readCookie } from '../cookies.js';
import { ConfigurationError } from '../errors.js';

/** A double-submit cookie: its value is sent back in a header, which a foreign site can't do. */
export interface CsrfOptions {
  /** The name of a cookie that scripts may read, such as `XSRF-TOKEN`. */
  readonly cookie: string;
  /** The request header to put its value in, such as `X-XSRF-TOKEN`. */
  readonly header: string;
}

/** By name; `undefined`: that header isn't sent. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

export interface AuthRequestOptions {
  readonly url: string | URL;
  /** @default 'POST' */
  readonly method?: string | undefined;
  /**
   * Sent along, over the built-in `X-Requested-With: silent-refresh`. `{ 'X-Requested-With': undefined }` leaves that out,
   * for a server on another origin whose CORS settings refuse it. Then nothing of this request keeps a cross-site form from
   * forging it: `SameSite=Lax` or `Strict`, the option `csrf`, or the server's check of `Origin` must.
   */
  readonly headers?: RequestHeaders | undefined;
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

/** The server may have refused the request because it had no CSRF token to send. What it says decides. */
class MissingCsrfTokenError extends ConfigurationError {
  constructor(
    message: string,
    readonly response: Response,
  ) {
    super(message);
  }
}

/** By 403, or as ASP.NET by 400, as Laravel by 419. A 401 says by its words whether it is about CSRF. */
const MAY_BE_ABOUT_CSRF = [400, 403, 419];

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
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === undefined) sent.delete(name);
    else sent.set(name, value);
  }
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
  if (csrf && !csrfToken && MAY_BE_ABOUT_CSRF.includes(response.status)) {
    const why = `there is no CSRF cookie '${csrf.cookie}' to send: let the server set it again`;
    throw new MissingCsrfTokenError(why, response);
  }
  return response;
}
