/** oidc-provider on a port of its own: refresh tokens rotate, and one that is used again revokes its grant. */

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, jwtVerify } from 'jose';
import Provider from 'oidc-provider';
import { createTurnstile, type Turnstile } from '../turnstile.ts';
import { memory } from './memory.ts';

export interface Counts {
  /** Authorization codes that were exchanged. */
  exchanges: number;
  rotations: number;
  /** Grants that were revoked because a token was used again. */
  reuseAlarms: number;
  /** Grants that were revoked by a sign-out. */
  revocations: number;
}

export interface RunningProvider {
  readonly issuer: string;
  readonly endpoints: {
    readonly issuer: string;
    readonly authorization_endpoint: string;
    readonly token_endpoint: string;
    readonly revocation_endpoint: string;
  };
  readonly counts: Readonly<Counts>;
  /** What token requests meet before the provider, and after it. */
  readonly turnstile: Turnstile;
  /** Refreshes that were sent, whoever has answered them. */
  refreshCalls(): number;
  /** The refresh tokens that it would take. */
  goodRefreshTokens(): Promise<number>;
  /** Whose access token it is; `undefined`: it is good for nothing. */
  subjectOf(accessToken: string): Promise<string | undefined>;
  /** All access tokens so far meet a 401, though nobody knows. */
  expire(): void;
  /** An administrator ends all sessions. */
  endGrants(): Promise<void>;
  /** Somebody who has got hold of a spent refresh token sends it. */
  reuseSpentToken(client: PublicOrConfidential): Promise<unknown>;
  close(): Promise<void>;
}

export type PublicOrConfidential = { readonly client_id: string; readonly client_secret?: string };

export interface ProviderOptions {
  /** Where its clients' pages are. */
  readonly app: string;
  readonly tokens: 'opaque' | 'jwt';
}

/** With what has to be encoded on its way (RFC 6749 §2.3.1). */
export const SECRET = 'secret: 100% & more';
const API = 'urn:test:api';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' };

export async function startProvider({ app, tokens }: ProviderOptions): Promise<RunningProvider> {
  const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: Provider = new Provider(issuer, {
    adapter: memory(),
    jwks: { keys: [jwk] },
    cookies: { keys: [randomUUID()] },
    clients: [
      {
        client_id: 'spa',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${app}/spa`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        client_id: 'backend',
        client_secret: SECRET,
        redirect_uris: [`${app}/auth/callback`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    clientBasedCORS: (_ctx, origin) => origin === app,
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // Nobody is asked: the login and the consent of the test's one user are given at once.
    interactions: { url: (_ctx, { uid }) => `/login/${uid}` },
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ accountId: 'ada', clientId: String(oidc.client?.clientId) });
      grant.addOIDCScope('openid');
      grant.addResourceScope(API, 'orders');
      grants.add(await grant.save());
      return grant;
    },
    ttl: { AccessToken: 60, RefreshToken: 3_600, Grant: 3_600, Session: 3_600, Interaction: 600, IdToken: 60 },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'orders',
          audience: API,
          accessTokenTTL: 60,
          accessTokenFormat: tokens,
          ...(tokens === 'jwt' && { jwt: { sign: { alg: 'RS256' } } }),
        }),
      },
    },
  });

  const counts: Counts = { exchanges: 0, rotations: 0, reuseAlarms: 0, revocations: 0 };
  const grants = new Set<string>();
  const refreshTokens = new Set<string>();
  /** An opaque token is its own id. */
  let spent = '';
  const issued = new Set<string>();
  const expired = new Set<string>();
  provider.on('refresh_token.saved', ({ jti }) => refreshTokens.add(jti));
  provider.on('authorization_code.consumed', () => counts.exchanges++);
  provider.on('refresh_token.consumed', ({ jti }) => {
    counts.rotations++;
    spent = jti;
  });
  for (const event of ['access_token.saved', 'access_token.issued'] as const)
    provider.on(event as 'access_token.saved', ({ jti }) => issued.add(jti));
  provider.on('grant.revoked', ({ oidc }) => {
    if (oidc.route === 'revocation') counts.revocations++;
    else counts.reuseAlarms++;
  });
  provider.on('server_error', (_ctx, error) => console.error(error));

  const turnstile = createTurnstile();
  const callback = provider.callback();
  const keys = createLocalJWKSet({ keys: [{ kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '', kid: 'one', alg: 'RS256' }] });

  /** What comes before the provider: a login page that asks nobody, and the turnstile. */
  function handle(request: IncomingMessage, response: ServerResponse): unknown {
    if (request.url?.startsWith('/login/'))
      return provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
    const onward = () => callback(request, response);
    return request.method === 'POST' && request.url === '/token' ? turnstile.pass(request, response, onward) : onward();
  }

  return {
    issuer,
    endpoints: {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/token/revocation`,
    },
    counts,
    turnstile,
    refreshCalls: () => turnstile.passed() - counts.exchanges,
    async goodRefreshTokens() {
      const found = await Promise.all([...refreshTokens].map((jti) => provider.RefreshToken.find(jti)));
      return found.filter((token) => token && !token.consumed).length;
    },
    async subjectOf(accessToken) {
      const { jti, sub } =
        tokens === 'jwt'
          ? await jwtVerify(accessToken, keys, { issuer, audience: API }).then(
              ({ payload }) => payload,
              () => ({ jti: undefined, sub: undefined }),
            )
          : await provider.AccessToken.find(accessToken).then((token) => ({ jti: token?.jti, sub: token?.accountId }));
      return jti && issued.has(jti) && !expired.has(jti) ? sub : undefined;
    },
    expire() {
      for (const jti of issued) expired.add(jti);
    },
    async endGrants() {
      for (const id of grants) {
        await provider.RefreshToken.revokeByGrantId(id);
        await provider.Grant.find(id).then((grant) => grant?.destroy());
      }
    },
    async reuseSpentToken(client) {
      const body = new URLSearchParams({ ...client, grant_type: 'refresh_token', refresh_token: spent });
      return (await fetch(`${issuer}/token`, { method: 'POST', body })).json();
    },
    async close() {
      turnstile.open();
      server.closeAllConnections();
      server.close();
    },
  };
}
