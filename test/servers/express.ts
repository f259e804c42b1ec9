/** Express with cookie-parser and jsonwebtoken, as many apps have it; the refresh tokens are those of docs/server. */

import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import cookieParser from 'cookie-parser';
import express, { type Response } from 'express';
import jwt from 'jsonwebtoken';
import type { Session } from '../../docs/server/refresh-tokens.ts';
import { createExpiry, listen, OVERLAP, refreshTokensInSqlite, type UsualServer } from './usual-server.ts';

const COOKIE = { httpOnly: true, sameSite: 'strict', path: '/auth' } as const;

export async function startExpress(): Promise<UsualServer> {
  const key = randomBytes(32);
  const expiry = createExpiry();
  const refreshTokens = refreshTokensInSqlite();
  let refreshCalls = 0;

  const app = express();
  app.use(cookieParser());
  app.use('/auth', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  function answer(response: Response, { user, refreshToken }: Session): void {
    // Without an id, two tokens of one second would be the same.
    const id = randomUUID();
    expiry.issue(id);
    const token = jwt.sign({}, key, { subject: user, jwtid: id, expiresIn: 60 });
    response.cookie('refresh_token', refreshToken, { ...COOKIE, maxAge: 86_400_000 });
    response.json({ access_token: token, expires_in: 60 });
  }

  app.post('/auth/login', express.json(), async (request, response) => {
    const { user } = request.body;
    answer(response, await refreshTokens.begin(user));
  });

  app.post('/auth/refresh', async (request, response) => {
    refreshCalls++;
    if (!request.get('X-Requested-With')) return void response.status(403).json({ error: 'csrf' });
    const { session } = await refreshTokens.rotate(request.cookies.refresh_token ?? '');
    if (session) answer(response, session);
    else response.status(401).json({ error: 'invalid_grant' });
  });

  app.post('/auth/logout', async (request, response) => {
    await refreshTokens.end(request.cookies.refresh_token ?? '');
    response.clearCookie('refresh_token', COOKIE).status(204).end();
  });

  app.get('/api/:name', (request, response) => {
    try {
      const { sub, jti } = jwt.verify(request.get('Authorization')?.split(' ')[1] ?? '', key) as jwt.JwtPayload;
      if (!expiry.isGood(jti)) throw new Error('expired');
      response.json({ user: sub });
    } catch {
      response.status(401).json({ error: 'invalid_token' });
    }
  });

  const { url, close } = await listen(createServer(app));
  return {
    url,
    options: { refresh: `${url}/auth/refresh`, signOut: `${url}/auth/logout` },
    signIn: (auth, send) =>
      auth.signIn(() =>
        send(`${url}/auth/login`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ user: 'ada' }),
        }),
      ),
    refreshCalls: () => refreshCalls,
    expire: expiry.expire,
    sessions: refreshTokens.sessions,
    endSessions: () => refreshTokens.endAllOf('ada'),
    async reuseSpentToken() {
      refreshTokens.passTime(OVERLAP);
      const headers = { Cookie: `refresh_token=${refreshTokens.last()}`, 'X-Requested-With': 'thief' };
      return (await fetch(`${url}/auth/refresh`, { method: 'POST', headers })).status;
    },
    close,
  };
}
