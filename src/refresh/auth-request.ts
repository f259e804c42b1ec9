/** A request to the auth server itself: it carries the cookie, outlives its page, and can't be forged across sites. */

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
  readonly method?: string;
  /** Added to every request, over the built-in `X-Requested-With: silent-refresh`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For servers with double-submit protection; none by default. */
  readonly csrf?: CsrfOptions;
  /** @default 'include' */
  readonly credentials?: RequestCredentials;
}

export function sendAuthRequest(
  options: AuthRequestOptions,
  { fetch, signal }: { fetch: typeof globalThis.fetch; signal: AbortSignal },
): Promise<Response> {
  // A form of another site can send cookies, but no header of its own: https://owasp.org/www-community/attacks/csrf
  const headers = new Headers({ 'X-Requested-With': 'silent-refresh', Accept: 'application/json', ...options.headers });
  const csrf = options.csrf && readCookie(options.csrf.cookie);
  if (options.csrf && csrf !== undefined) headers.set(options.csrf.header, csrf);
  return fetch(options.url, {
    method: options.method ?? 'POST',
    headers,
    credentials: options.credentials ?? 'include',
    // Without it a tab that closes in mid-refresh loses the rotated cookie, and the next refresh counts as a theft.
    keepalive: true,
    cache: 'no-store',
    redirect: 'error',
    signal,
  });
}

function readCookie(name: string): string | undefined {
  const prefix = `${name}=`;
  const pair = globalThis.document?.cookie.split('; ').find((each) => each.startsWith(prefix));
  const value = pair?.slice(prefix.length);
  try {
    // Laravel and others encode the value, and expect it decoded.
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}
