/** What SuperTokens' backends do: both tokens in cookies, and a token for the page that says how long they last. */

import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Granted, Sessions } from './sessions-behind.ts';

export function supertokensRoutes(sessions: Sessions): Hono {
  const routes = new Hono();

  function answer(c: Context, granted: Granted): Response {
    c.header('Cache-Control', 'no-store');
    if ('refusal' in granted) {
      if (granted.refusal.status !== 401) return granted.refusal;
      deleteCookie(c, 'sAccessToken', { path: '/' });
      deleteCookie(c, 'sRefreshToken', { path: '/supertokens/session/refresh' });
      c.header('front-token', 'remove');
      return c.json({ message: 'unauthorised' }, 401);
    }
    const { accessToken, expiresIn, refreshToken, user } = granted.tokens;
    const cookie = { httpOnly: true, sameSite: 'Lax' } as const;
    setCookie(c, 'sAccessToken', accessToken, { ...cookie, path: '/' });
    setCookie(c, 'sRefreshToken', refreshToken, { ...cookie, path: '/supertokens/session/refresh' });
    const front = { uid: user, ate: Date.now() + expiresIn * 1_000, up: {} };
    c.header('front-token', Buffer.from(JSON.stringify(front)).toString('base64'));
    return c.json({ status: 'OK' });
  }

  routes.post('/supertokens/signin', async (c) => answer(c, await sessions.begin(c, (await c.req.json()).user)));
  routes.post('/supertokens/session/refresh', async (c) =>
    answer(c, await sessions.rotate(c, getCookie(c, 'sRefreshToken') ?? '')),
  );

  // The API reads the cookie as it reads the header.
  routes.use('/api/*', async (c, next) => {
    const token = getCookie(c, 'sAccessToken');
    if (token && !c.req.header('Authorization')) c.req.raw.headers.set('Authorization', `Bearer ${token}`);
    await next();
  });

  return routes;
}
