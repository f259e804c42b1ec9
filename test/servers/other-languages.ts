/** Servers in Python and Ruby, each as a process, and what an app of each one writes. */

import { join } from 'node:path';
import { bodyRefresh, cookieRefresh } from 'silent-refresh';
import { type Framework, requireRuntime } from './frameworks.ts';
import { startProcess } from './start-process.ts';
import type { UsualServer } from './usual-server.ts';

interface Look {
  readonly refreshes: number;
  readonly sessions: number;
  /** The refresh token that was spent last. */
  readonly spent?: string;
}

type Watched = Pick<UsualServer, 'url' | 'refreshCalls' | 'expire' | 'sessions' | 'endSessions' | 'close'> & {
  look(): Promise<Look>;
  passOverlap(): Promise<unknown>;
};

async function start(framework: Framework, file: string): Promise<Watched> {
  const { port, ask, close } = await startProcess(requireRuntime(framework).path, [join(import.meta.dirname, file)]);
  const look = () => ask('look') as Promise<Look>;
  return {
    url: `http://127.0.0.1:${port}`,
    look,
    refreshCalls: () => look().then(({ refreshes }) => refreshes),
    sessions: () => look().then(({ sessions }) => sessions),
    expire: () => ask('expire'),
    endSessions: () => ask('end'),
    passOverlap: () => ask('pass_overlap'),
    close,
  };
}

const signInAsAda =
  (url: string): UsualServer['signIn'] =>
  (auth, send) =>
    auth.signIn(() =>
      send(`${url}/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user: 'ada' }),
      }),
    );

export async function startFastApi(): Promise<UsualServer> {
  const { look, passOverlap, ...server } = await start('FastAPI', 'python/fastapi_server.py');
  const { url } = server;
  return {
    ...server,
    options: { refresh: `${url}/auth/refresh`, signOut: `${url}/auth/logout` },
    signIn: signInAsAda(url),
    async reuseSpentToken() {
      await passOverlap();
      const headers = { Cookie: `refresh_token=${(await look()).spent}`, 'X-Requested-With': 'thief' };
      return (await fetch(`${url}/auth/refresh`, { method: 'POST', headers })).status;
    },
  };
}

export async function startFlask(): Promise<UsualServer> {
  const server = await start('Flask-JWT-Extended', 'python/flask_server.py');
  const { url } = server;
  const csrf = { cookie: 'csrf_refresh_token', header: 'X-CSRF-TOKEN' };
  return {
    ...server,
    options: {
      refresh: cookieRefresh({ url: `${url}/auth/refresh`, csrf }),
      signOut: { url: `${url}/auth/logout`, csrf },
    },
    signIn: signInAsAda(url),
  };
}

/** What a token endpoint of OAuth needs of an app: a public client, and Ada's password. */
function oauth(url: string, paths: { readonly token: string; readonly revoke: string }) {
  const token = `${url}${paths.token}`;
  const post = (send: typeof fetch, fields: Record<string, string>) =>
    send(token, { method: 'POST', body: new URLSearchParams({ client_id: 'spa', ...fields }) });
  const signIn: UsualServer['signIn'] = (auth, send) =>
    auth.signIn(() => post(send, { grant_type: 'password', username: 'ada', password: 'secret' }));
  return {
    options: {
      refresh: bodyRefresh({ url: token, clientId: 'spa', revoke: `${url}${paths.revoke}` }),
      // The strategy revokes its refresh token. There is no cookie that one could take away.
      signOut: undefined,
    },
    signIn,
    statusOf: async (refreshToken = '') =>
      (await post(fetch, { grant_type: 'refresh_token', refresh_token: refreshToken })).status,
  };
}

export async function startOAuthToolkit(): Promise<UsualServer> {
  const { look, passOverlap, ...server } = await start('django-oauth-toolkit', 'python/oauth_toolkit_server.py');
  const { statusOf, ...app } = oauth(server.url, { token: '/o/token/', revoke: '/o/revoke_token/' });
  return {
    ...server,
    ...app,
    async endSessions() {
      await server.endSessions();
      // In its grace period, a token that was revoked is no dead one yet: the toolkit fails over it, with a 500.
      await passOverlap();
    },
    async reuseSpentToken() {
      await passOverlap();
      return statusOf((await look()).spent);
    },
  };
}

export async function startDoorkeeper(): Promise<UsualServer> {
  const { look, ...server } = await start('Doorkeeper', 'ruby/doorkeeper_server.rb');
  const { statusOf, ...app } = oauth(server.url, { token: '/oauth/token', revoke: '/oauth/revoke' });
  return { ...server, ...app, reuseSpentToken: async () => statusOf((await look()).spent) };
}
