/** Token endpoints of providers: the refresh token comes in the body, and the next one goes back in it. */

import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Granted, Sessions, Tokens } from './sessions-behind.ts';

export function oauthRoutes(sessions: Sessions): Hono {
  const routes = new Hono();

  async function answer(
    c: Context,
    granted: Granted,
    more: (tokens: Tokens) => object = () => ({}),
  ): Promise<Response> {
    c.header('Cache-Control', 'no-store');
    if ('tokens' in granted) return c.json({ ...common(granted.tokens), ...more(granted.tokens) });
    const { status } = granted.refusal;
    // RFC 6749 §5.2 says 400 where the strict server says 401; a 503, or a cut, stays what it is.
    if (status !== 401) return granted.refusal;
    return c.json({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }, 400);
  }

  const grant = (c: Context, sent: Record<string, string>): Promise<Granted> =>
    sent.refresh_token !== undefined
      ? sessions.rotate(c, sent.refresh_token)
      : sessions.begin(c, sent.username ?? sent.email ?? sent.subject_token ?? '');

  // RFC 6749 §4.3 and §6, RFC 8693. Auth0's client wants an ID token, too.
  routes.post('/oauth/token', async (c) => {
    const sent = await formOrJson(c);
    return answer(c, await grant(c, sent), ({ user }) =>
      c.req.header('Auth0-Client')
        ? { id_token: idToken(new URL(c.req.url).origin, user), scope: 'openid profile email offline_access' }
        : {},
    );
  });

  // Supabase Auth.
  routes.post('/supabase/token', async (c) =>
    answer(c, await grant(c, await formOrJson(c)), ({ user }) => ({ user: { id: user, aud: 'authenticated' } })),
  );

  // WorkOS: a cookie of its server, and a hint that scripts may read.
  const withCookies = (c: Context, granted: Granted) =>
    answer(c, granted, ({ user, refreshToken }) => {
      setCookie(c, 'workos_refresh', refreshToken, { path: '/user_management', httpOnly: true, sameSite: 'Strict' });
      setCookie(c, 'workos-has-session', '1', { path: '/', sameSite: 'Strict' });
      return { user: { id: user, email: user }, authentication_method: 'Password', refresh_token: undefined };
    });
  routes.post('/user_management/sign-in', async (c) =>
    withCookies(c, await sessions.begin(c, c.req.query('user') ?? '')),
  );
  routes.post('/user_management/authenticate', async (c) =>
    withCookies(c, await sessions.rotate(c, getCookie(c, 'workos_refresh') ?? '')),
  );

  return routes;
}

const common = ({ accessToken, expiresIn, refreshToken }: Tokens) => ({
  access_token: accessToken,
  token_type: 'Bearer',
  expires_in: expiresIn,
  refresh_token: refreshToken,
});

const isJson = (c: Context): boolean => c.req.header('Content-Type')?.includes('json') ?? false;

async function formOrJson(c: Context): Promise<Record<string, string>> {
  return isJson(c) ? c.req.json() : ((await c.req.parseBody()) as Record<string, string>);
}

const base64 = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Nobody verifies its signature in a page that got it from the provider itself (OpenID Connect Core §3.1.3.7). */
function idToken(issuer: string, user: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: `${issuer}/`, aud: 'bench', sub: user, iat: now, exp: now + 86_400 };
  return [base64({ alg: 'RS256', typ: 'JWT' }), base64(claims), base64('unsigned')].join('.');
}
