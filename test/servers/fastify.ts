/** Fastify with @fastify/cookie, and opaque access tokens; the refresh tokens are those of docs/server. */

import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import fastify, { type FastifyReply } from 'fastify';
import type { Session } from '../../docs/server/refresh-tokens.ts';
import { createExpiry, OVERLAP, refreshTokensInSqlite, type UsualServer } from './usual-server.ts';

const COOKIE = { httpOnly: true, sameSite: 'strict', path: '/auth' } as const;

export async function startFastify(): Promise<UsualServer> {
  const expiry = createExpiry();
  const refreshTokens = refreshTokensInSqlite();
  let refreshCalls = 0;

  const app = fastify();
  await app.register(cookie);
  app.addHook('onSend', async (_request, reply) => void reply.header('Cache-Control', 'no-store'));

  function answer(reply: FastifyReply, { user, refreshToken }: Session): object {
    const access_token = randomUUID();
    expiry.issue(access_token);
    reply.setCookie('refresh_token', refreshToken, { ...COOKIE, maxAge: 86_400 });
    return { access_token, expires_in: 60, user };
  }

  app.post<{ Body: { user: string } }>('/auth/login', async ({ body: { user } }, reply) =>
    answer(reply, await refreshTokens.begin(user)),
  );

  app.post('/auth/refresh', async ({ cookies, headers }, reply) => {
    refreshCalls++;
    if (!headers['x-requested-with']) return reply.code(403).send({ error: 'csrf' });
    const { session } = await refreshTokens.rotate(cookies.refresh_token ?? '');
    if (session) return answer(reply, session);
    return reply.code(401).send({ error: 'invalid_grant' });
  });

  app.post('/auth/logout', async ({ cookies }, reply) => {
    await refreshTokens.end(cookies.refresh_token ?? '');
    return reply.clearCookie('refresh_token', COOKIE).code(204).send();
  });

  app.get('/api/:name', async ({ headers }, reply) =>
    expiry.isGood(headers.authorization?.split(' ')[1]) ? {} : reply.code(401).send({ error: 'invalid_token' }),
  );

  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    options: {
      refresh: `${url}/auth/refresh`,
      signOut: `${url}/auth/logout`,
      // Its tokens are opaque, and its answers say whose they are.
      subject: (_claims, answer) => (answer as { user?: string }).user,
    },
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
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
