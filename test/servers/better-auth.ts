/** better-auth with its plugin `jwt`: the session's cookie gets access tokens, and doesn't rotate. */

import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { decodeJwt } from 'jose';
import { cookieRefresh } from 'silent-refresh';
import { PAGE_URL } from '../world/page.ts';
import { createExpiry, listen, type UsualServer } from './usual-server.ts';

export async function startBetterAuth(): Promise<UsualServer> {
  const expiry = createExpiry();
  let refreshCalls = 0;
  let handler: ReturnType<typeof toNodeHandler> | undefined;

  const server = createServer(async (request, response) => {
    if (request.url === '/api/auth/token') refreshCalls++;
    if (request.url?.startsWith('/api/auth/')) return handler?.(request, response);
    const token = request.headers.authorization?.split(' ')[1];
    response.writeHead(expiry.isGood(token && decodeJwt(token).jti) ? 200 : 401).end();
  });
  const { url, close } = await listen(server);

  const store: Record<'user' | 'session' | 'account' | 'verification' | 'jwks', unknown[]> = {
    user: [],
    session: [],
    account: [],
    verification: [],
    jwks: [],
  };
  const auth = betterAuth({
    baseURL: url,
    secret: 'a secret for tests, which is long enough',
    database: memoryAdapter(store as Parameters<typeof memoryAdapter>[0]),
    emailAndPassword: { enabled: true },
    trustedOrigins: [new URL(PAGE_URL).origin],
    rateLimit: { enabled: false },
    plugins: [
      jwt({
        jwt: {
          expirationTime: '60s',
          // Without an id, two tokens of one second would be the same.
          definePayload: ({ user }) => {
            const jti = crypto.randomUUID();
            expiry.issue(jti);
            return { jti, name: user.name };
          },
        },
      }),
    ],
  });
  handler = toNodeHandler(auth);
  const ada = { email: 'ada@example.com', password: 'a long secret' };
  await auth.api.signUpEmail({ body: { ...ada, name: 'Ada' } });
  store.session.length = 0;

  const token = `${url}/api/auth/token`;
  return {
    url,
    options: {
      refresh: cookieRefresh({ url: token, method: 'GET' }),
      signOut: `${url}/api/auth/sign-out`,
    },
    signIn: (client, send) =>
      client.signIn(async () => {
        const login = await send(`${url}/api/auth/sign-in/email`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(ada),
        });
        // Its answer has the session's token, which is none for the API.
        return login.ok ? send(token) : login;
      }),
    refreshCalls: () => refreshCalls,
    expire: expiry.expire,
    sessions: () => store.session.length,
    async endSessions() {
      store.session.length = 0;
    },
    close,
  };
}
