/** All of it in one place: an auth server and its API in Hono, with JWTs as access tokens. */

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { jwtVerify, SignJWT } from 'jose';
import { authRoutes, hintCookie, refreshCookie } from './auth-routes.ts';
import { hintOf, type RefreshTokens, type Session } from './refresh-tokens.ts';

/** Seconds. Revoked or not, an access token is good until it expires: 5 to 15 minutes. */
const ACCESS_TOKEN_LIFETIME = 300;
/** Seconds. As the refresh tokens' `lifetimes.session`. */
const SESSION_LIFETIME = 86_400;

export function exampleServer(parts: {
  /** Of 32 bytes at least, from where your other secrets are. */
  key: Uint8Array;
  refreshTokens: RefreshTokens;
  checkPassword(name: string, password: string): Promise<string | undefined>;
  /** No token is among what it is told. */
  log(entry: { readonly outcome: string; readonly [name: string]: unknown }): void;
}): Hono {
  const { key, refreshTokens, checkPassword, log } = parts;
  const cookie = refreshCookie(SESSION_LIFETIME);
  const hint = { ...hintCookie(SESSION_LIFETIME), value: ({ refreshToken }: Session) => hintOf(refreshToken) };

  async function tokenResponse({ user }: Session): Promise<object> {
    const access_token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      // The client tells users apart by it.
      .setSubject(user)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_LIFETIME}s`)
      // Without an id, two tokens of one second would be the same.
      .setJti(randomUUID())
      .sign(key);
    return { access_token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_LIFETIME };
  }

  const app = new Hono<{ Variables: { user: string } }>();
  app.route(
    '/auth',
    authRoutes<string, Session>({
      sessions: refreshTokens,
      checkPassword,
      tokenResponse,
      cookie: () => cookie,
      hint: () => hint,
      // Let `reused` wake somebody up.
      audit: (c, { outcome, session }) => log({ outcome, path: c.req.path, user: session?.user }),
    }),
  );
  app.use('/api/*', async (c, next) => {
    const token = /^Bearer (\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    const verified = token && (await jwtVerify(token, key, { typ: 'at+jwt' }).catch(() => undefined));
    if (!verified)
      return c.json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
    c.set('user', String(verified.payload.sub));
    return next();
  });
  app.get('/api/me', (c) => c.json({ user: c.get('user') }));
  return app as unknown as Hono;
}
