/** The whole of docs/server/example.ts, as it stands there. */

import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { decodeJwt } from 'jose';
import { exampleServer } from '../../docs/server/example.ts';
import { createExpiry, listen, OVERLAP, refreshTokensInSqlite, type UsualServer } from './usual-server.ts';

const COOKIE = '__Secure-refresh_token';

export async function startHono(): Promise<UsualServer & { readonly log: readonly object[] }> {
  const expiry = createExpiry();
  const refreshTokens = refreshTokensInSqlite();
  const log: { readonly outcome: string; readonly path?: unknown }[] = [];

  const app = new Hono();
  // What only a test needs: access tokens that expire when it says so.
  app.use('/auth/*', async (c, next) => {
    await next();
    const { access_token } = Object(
      await c.res
        .clone()
        .json()
        .catch(() => ({})),
    );
    if (access_token) expiry.issue(String(decodeJwt(access_token).jti));
  });
  app.use('/api/*', async (c, next) => {
    const token = c.req.header('Authorization')?.split(' ')[1];
    if (token && !expiry.isGood(decodeJwt(token).jti)) return c.json({ error: 'invalid_token' }, 401);
    return next();
  });
  app.route(
    '/',
    exampleServer({
      key: randomBytes(32),
      refreshTokens,
      checkPassword: async (name, password) => (password === 'secret' ? name : undefined),
      log: (entry) => log.push(entry),
    }),
  );

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  const { url, close } = await listen(server);
  return {
    url,
    log,
    options: { refresh: `${url}/auth/refresh`, signOut: `${url}/auth/logout` },
    signIn: (auth, send) =>
      auth.signIn(() =>
        send(`${url}/auth/login`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ user: 'ada', password: 'secret' }),
        }),
      ),
    refreshCalls: () => log.filter(({ path }) => path === '/auth/refresh').length,
    expire: expiry.expire,
    sessions: refreshTokens.sessions,
    endSessions: () => refreshTokens.endAllOf('ada'),
    async reuseSpentToken() {
      refreshTokens.passTime(OVERLAP);
      const headers = { Cookie: `${COOKIE}=${refreshTokens.last()}`, 'X-Requested-With': 'thief' };
      return (await fetch(`${url}/auth/refresh`, { method: 'POST', headers })).status;
    },
    close,
  };
}
