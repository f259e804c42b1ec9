/** @node-oauth/oauth2-server behind Express: a token endpoint for a public client, and a revocation endpoint (RFC 7009). */

import { createServer } from 'node:http';
import OAuth2Server, { type RefreshToken, Request, Response, type Token } from '@node-oauth/oauth2-server';
import express from 'express';
import { bodyRefresh } from 'silent-refresh';
import { createExpiry, listen, type UsualServer } from './usual-server.ts';

const CLIENT = { id: 'spa', grants: ['password', 'refresh_token'] };

export async function startNodeOAuth2Server(): Promise<UsualServer> {
  const expiry = createExpiry();
  /** By refresh token: all that descends from one sign-in has one `family`. */
  const good = new Map<string, RefreshToken & { readonly family: object }>();
  const spent = new Map<string, object>();
  let lastSpent = '';
  let refreshCalls = 0;

  const endFamily = (family: object | undefined) => {
    for (const [key, token] of good) if (token.family === family) good.delete(key);
  };

  const oauth = new OAuth2Server({
    accessTokenLifetime: 60,
    // A public client has no secret.
    requireClientAuthentication: { password: false, refresh_token: false },
    model: {
      getClient: async (id: string) => id === CLIENT.id && CLIENT,
      getUser: async (name: string) => ({ name, family: {} }),
      getAccessToken: async () => undefined,
      async saveToken(token: Token, client: typeof CLIENT, user: { family: object }) {
        expiry.issue(token.accessToken);
        const saved = { ...token, client, user, refreshToken: String(token.refreshToken), family: user.family };
        good.set(saved.refreshToken, saved);
        return saved;
      },
      async getRefreshToken(refreshToken: string) {
        // The package itself knows no reuse: without this line a thief is only refused.
        endFamily(spent.get(refreshToken));
        return good.get(refreshToken);
      },
      /** Whether it was still good: of two requests with one token, one must lose. */
      async revokeToken({ refreshToken }: RefreshToken) {
        const token = good.get(refreshToken);
        if (!token) return false;
        spent.set(refreshToken, token.family);
        lastSpent = refreshToken;
        return good.delete(refreshToken);
      },
    },
  });

  const app = express();
  app.use(express.urlencoded());

  app.post('/oauth/token', async (request, response) => {
    if (request.body.grant_type === 'refresh_token') refreshCalls++;
    const answer = new Response(response);
    try {
      await oauth.token(new Request(request), answer);
    } catch {
      // It has written the error into its answer.
    }
    response.status(answer.status ?? 500).set(answer.headers ?? {});
    response.json(answer.body);
  });

  app.post('/oauth/revoke', (request, response) => {
    const { token } = request.body;
    endFamily(good.get(token)?.family ?? spent.get(token));
    response.status(200).end();
  });

  app.get('/api/:name', (request, response) => {
    const isGood = expiry.isGood(request.get('Authorization')?.split(' ')[1]);
    response.status(isGood ? 200 : 401).json({});
  });

  const { url, close } = await listen(createServer(app));
  const post = (send: typeof fetch, fields: Record<string, string>) =>
    send(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: CLIENT.id, ...fields }) });
  return {
    url,
    options: {
      refresh: bodyRefresh({ url: `${url}/oauth/token`, clientId: CLIENT.id, revoke: `${url}/oauth/revoke` }),
      // The strategy revokes its refresh token. There is no cookie that one could take away.
      signOut: undefined,
    },
    signIn: (auth, send) =>
      auth.signIn(() => post(send, { grant_type: 'password', username: 'ada', password: 'secret' })),
    refreshCalls: () => refreshCalls,
    expire: expiry.expire,
    sessions: () => good.size,
    endSessions: async () => good.clear(),
    reuseSpentToken: async () => (await post(fetch, { grant_type: 'refresh_token', refresh_token: lastSpent })).status,
    close,
  };
}
