/**
 * `/auth` for Hono: sign-in, refresh with rotation, and sign-out; the refresh token travels in an HttpOnly cookie alone. What
 * a token is, and where it is kept, is for others to say: refresh-tokens.ts, or your own.
 */

import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';

type Awaitable<T> = T | Promise<T>;

export interface Sessions<User, Session> {
  begin(user: User): Awaitable<Session>;
  /** `outcome`: `rotated`, `reused` … for the log. Without a `session` it is the end of one. */
  rotate(refreshToken: string): Awaitable<{ readonly outcome: string; readonly session?: Session | undefined }>;
  /** Gives what became of it, for the log. */
  end(refreshToken: string): Awaitable<string>;
}

export interface AuthRoutesOptions<User, Session> {
  readonly sessions: Sessions<User, Session>;
  /** Compare hashes made for passwords, and slow down whoever guesses. `undefined`: nobody. */
  checkPassword(name: string, password: string): Awaitable<User | undefined>;
  /** `{ access_token, token_type, expires_in }`, and what else your app wants to know of its user. */
  tokenResponse(session: Session): Awaitable<object>;
  /** See {@link refreshCookie}. */
  cookie(c: Context): Cookie;
  /** See {@link hintCookie}: beside it, for scripts. The value is another one for each refresh token. */
  hint?(c: Context): (Cookie & { value(session: Session): string }) | undefined;
  /** For the log, where no token belongs. */
  audit?(c: Context, entry: AuditEntry<Session>): void;
}

interface Cookie {
  readonly name: string;
  readonly options: CookieOptions;
}

export interface AuditEntry<Session> {
  readonly outcome: string;
  readonly session?: Session | undefined;
}

/**
 * No script sees it, no other site sends it, and only these routes get it.
 *
 * @param maxAge seconds: as long as a session lives
 */
export const refreshCookie = (maxAge: number, path = '/auth') => ({
  name: '__Secure-refresh_token',
  options: { path, httpOnly: true, secure: true, sameSite: 'Strict', maxAge } as const,
});

/**
 * For the client's option `hintCookie`. Scripts may read it on each page of the app: it holds no secret.
 *
 * @param maxAge seconds: as that of the refresh token's
 * @param domain where subdomains share a session, what they have in common; else none
 */
export const hintCookie = (maxAge: number, domain?: string) => ({
  name: 'has_session',
  options: { path: '/', secure: true, sameSite: 'Lax', maxAge, ...(domain && { domain }) } as const,
});

export function authRoutes<User, Session extends { readonly refreshToken: string }>(
  options: AuthRoutesOptions<User, Session>,
): Hono {
  const { sessions, checkPassword, tokenResponse, cookie, hint, audit } = options;
  const routes = new Hono();

  // Answers with tokens belong in no cache.
  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  routes.post('/login', async (c) => {
    // A form of another site can't send this type: without the check it could sign its visitors in as somebody else.
    if (!/^application\/json\b/i.test(c.req.header('Content-Type') ?? '')) {
      audit?.(c, { outcome: 'no-json' });
      return c.json({ error: 'csrf: send application/json' }, 415);
    }
    const { user: name, password } = Object(await c.req.json().catch(() => ({})));
    const user = await checkPassword(String(name), String(password));
    const session = user && (await sessions.begin(user));
    audit?.(c, { outcome: session ? 'signed-in' : 'refused', session });
    return session ? signedIn(c, session) : c.json({ error: 'invalid_credentials' }, 401);
  });

  // A form of another site can send the cookie, but no header of its own.
  const refuseForms = (c: Context): Response | undefined => {
    if (c.req.header('X-Requested-With')) return undefined;
    audit?.(c, { outcome: 'no-header' });
    return c.json({ error: 'x_requested_with_missing' }, 403);
  };

  routes.post('/refresh', async (c) => {
    const refused = refuseForms(c);
    if (refused) return refused;
    const { outcome, session } = await sessions.rotate(presented(c));
    audit?.(c, { outcome, session });
    if (session) return signedIn(c, session);
    takeCookie(c);
    return c.json({ error: 'invalid_grant' }, 401);
  });

  routes.post('/logout', async (c) => {
    const refused = refuseForms(c);
    if (refused) return refused;
    const outcome = await sessions.end(presented(c));
    audit?.(c, { outcome });
    takeCookie(c);
    return c.body(null, 204);
  });

  const presented = (c: Context): string => getCookie(c, cookie(c).name) ?? '';

  async function signedIn(c: Context, session: Session): Promise<Response> {
    const { name, options } = cookie(c);
    const body = await tokenResponse(session);
    setCookie(c, name, session.refreshToken, options);
    // After it: who sees the hint change may take the refresh token to be there.
    const beside = hint?.(c);
    if (beside) setCookie(c, beside.name, beside.value(session), beside.options);
    return c.json(body);
  }

  function takeCookie(c: Context): void {
    for (const each of [cookie(c), hint?.(c)]) {
      const { maxAge: _, ...attributes } = each?.options ?? {};
      if (each) deleteCookie(c, each.name, attributes);
    }
  }

  return routes;
}
