/**
 * A token-mediating backend (RFC 10017 §6.2), for a provider whose refresh tokens you want to keep away from browsers. It
 * signs in at the provider as a confidential client, keeps the refresh token in its session, and hands out access tokens.
 * Mount it at `/auth`, where the client finds it:
 *
 *     createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout' })
 */

import { createHash, randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { SessionStore } from './session-store.ts';

export interface BackendOptions {
  /** Of the app: `https://app.example.com`. */
  readonly origin: string;
  /** Where the user lands after the login. */
  readonly home: string;
  /** What the provider's metadata calls them (RFC 8414 §2). */
  readonly provider: {
    readonly issuer: string;
    readonly authorization_endpoint: string;
    readonly token_endpoint: string;
    readonly revocation_endpoint: string;
  };
  readonly client: { readonly id: string; readonly secret: string };
  readonly scope: string;
  readonly sessions: SessionStore;
}

interface Answer {
  readonly status: 200 | 401 | 429 | 500 | 502 | 503;
  readonly body: object;
  readonly retryAfter?: string | null;
}

/** Which session there is stands in its value before the dot, and which rotation after it. */
const HINT = 'has_session';
/** Seconds. */
const LOGIN_TAKES_AT_MOST = 600;
/** Milliseconds. A refresh that is given up may have spent its token, so this is generous. */
const PROVIDER_TAKES_AT_MOST = 25_000;

export function tokenMediatingBackend(options: BackendOptions): Hono {
  const { origin, home, provider, client, scope, sessions } = options;
  const redirectUri = `${origin}/auth/callback`;
  // `__Host-`: no other host can set it. Not every browser takes that over http from loopback.
  const secure = origin.startsWith('https:');
  const prefix = secure ? '__Host-' : '';
  const cookie = { path: '/', httpOnly: true, secure } as const;
  // For the client's option `hintCookie`. Scripts may read it: it holds no secret.
  const hint = { path: '/', secure, sameSite: 'Lax' } as const;
  const giveHint = (c: Context, session: string) =>
    setCookie(c, HINT, `${sha256(session).slice(0, 12)}.${secret().slice(0, 12)}`, {
      ...hint,
      maxAge: sessions.lifetime,
    });
  const routes = new Hono();

  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });

  routes.get('/login', (c) => {
    const state = secret();
    const verifier = secret();
    // Lax, since the user comes back from another site. It binds the login to this browser.
    const attempt = { ...cookie, sameSite: 'Lax', maxAge: LOGIN_TAKES_AT_MOST } as const;
    setCookie(c, `${prefix}login`, `${state}.${verifier}`, attempt);
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope,
      state,
      code_challenge: sha256(verifier),
      code_challenge_method: 'S256',
    });
    return c.redirect(`${provider.authorization_endpoint}?${query}`);
  });

  routes.get('/callback', async (c) => {
    const { code, state, iss = provider.issuer } = c.req.query();
    const [expected, verifier] = getCookie(c, `${prefix}login`)?.split('.') ?? [];
    deleteCookie(c, `${prefix}login`, cookie);
    // Without this a stranger's code could sign the user in as the stranger. `iss`: RFC 9207.
    if (!code || !verifier || state !== expected || iss !== provider.issuer) return c.text('The login failed.', 400);
    const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const response = await ask(provider.token_endpoint, grant);
    const { refresh_token: refreshToken } = await bodyOf(response);
    if (!response?.ok || typeof refreshToken !== 'string') return c.text('The login failed.', 502);
    // A new one for each login: nobody can have planted it.
    const session = secret();
    await sessions.begin(sha256(session), refreshToken);
    setCookie(c, `${prefix}session`, session, { ...cookie, sameSite: 'Strict', maxAge: sessions.lifetime });
    giveHint(c, session);
    return c.redirect(home);
  });

  // A form of another site can send the cookie, but no header of its own.
  routes.post('*', async (c, next) => {
    if (!c.req.header('X-Requested-With')) return c.json({ error: 'csrf: X-Requested-With is missing' }, 403);
    await next();
  });

  routes.post('/refresh', async (c) => {
    const { status, body, retryAfter } = await sharedRefresh(sessionOf(c));
    if (retryAfter) c.header('Retry-After', retryAfter);
    const session = getCookie(c, `${prefix}session`);
    if (status === 200 && session) giveHint(c, session);
    if (status === 401) deleteCookie(c, HINT, hint);
    return c.json(body, status);
  });

  routes.post('/logout', async (c) => {
    const id = sessionOf(c);
    // Its token is being spent: the one that comes instead is to be revoked.
    await underWay.get(id)?.catch(() => {});
    const refreshToken = await sessions.end(id);
    deleteCookie(c, `${prefix}session`, cookie);
    deleteCookie(c, HINT, hint);
    // The session is gone here in any case. 502 tells the client that the provider has not confirmed it.
    return c.body(null, !refreshToken || (await revoke(refreshToken)) ? 204 : 502);
  });

  /**
   * By session. Tabs take turns, but a tab that died has left its request behind, and the provider would take a second use
   * of one token for a theft. Several processes need a lock that they share, such as the session's row.
   */
  const underWay = new Map<string, Promise<Answer>>();

  function sharedRefresh(id: string): Promise<Answer> {
    const refreshing = underWay.get(id) ?? refresh(id).finally(() => underWay.delete(id));
    underWay.set(id, refreshing);
    return refreshing;
  }

  async function refresh(id: string): Promise<Answer> {
    const refreshToken = await sessions.refreshTokenOf(id);
    if (!refreshToken) return { status: 401, body: { error: 'invalid_grant' } };
    const response = await ask(provider.token_endpoint, { grant_type: 'refresh_token', refresh_token: refreshToken });
    const { access_token, expires_in, refresh_token = refreshToken, error } = await bodyOf(response);
    if (response?.ok && typeof access_token === 'string') {
      const isKept = await sessions.replace(id, String(refresh_token));
      if (isKept) return { status: 200, body: { access_token, token_type: 'Bearer', expires_in } };
      // Signed out meanwhile, by another process.
      await revoke(String(refresh_token));
      return { status: 401, body: { error: 'invalid_grant' } };
    }
    if (error === 'invalid_grant') {
      await sessions.end(id);
      return { status: 401, body: { error } };
    }
    const status = response?.status;
    // Not processed: the refresh token is still good, and the client tries again by itself when it may.
    if (status === 429 || status === 503) {
      const retryAfter = response?.headers.get('Retry-After') ?? null;
      return { status, body: { error: 'temporarily_unavailable' }, retryAfter };
    }
    // This server's own fault, such as `invalid_client`: the session goes on, and the log should say it aloud.
    if (typeof error === 'string') return { status: 500, body: { error } };
    return { status: 502, body: { error: 'server_error' } };
  }

  async function revoke(token: string): Promise<boolean> {
    return !!(await ask(provider.revocation_endpoint, { token, token_type_hint: 'refresh_token' }))?.ok;
  }

  /** `undefined`: no answer came. */
  const ask = (url: string, fields: Record<string, string>): Promise<Response | undefined> =>
    fetch(url, {
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: `Basic ${credentials(client)}` },
      body: new URLSearchParams(fields),
      redirect: 'error',
      signal: AbortSignal.timeout(PROVIDER_TAKES_AT_MOST),
    }).catch(() => undefined);

  /** By its hash alone a session is found: who reads the store can't take one over. */
  const sessionOf = (c: Context): string => sha256(getCookie(c, `${prefix}session`) ?? '');

  return routes;
}

const secret = (): string => randomBytes(32).toString('base64url');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** RFC 6749 §2.3.1 */
const credentials = ({ id, secret }: BackendOptions['client']): string =>
  Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64');

async function bodyOf(response: Response | undefined): Promise<Record<string, unknown>> {
  return Object(await response?.json().catch(() => ({})));
}
