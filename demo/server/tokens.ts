/** Access tokens: minted as JWTs or as opaque strings, and judged when the API meets one. */

import { randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Family, Grant } from './sessions.ts';
import type { Settings } from './settings.ts';

/** What the server remembers of a token that it has issued. */
export interface AccessToken {
  readonly family: Family;
  readonly generation: number;
  readonly expiresAt: number;
  readonly serial: number;
}

export type TokenVerdict =
  | { readonly verdict: 'good'; readonly token: AccessToken }
  /** `token` where it is known whose it was. */
  | { readonly verdict: 'missing' | 'unknown' | 'expired' | 'revoked'; readonly token?: AccessToken };

export interface AccessTokens {
  mint(grant: Grant): Promise<string>;
  judge(authorization: string | undefined): Promise<TokenVerdict>;
  /** All tokens issued so far count as expired. */
  expireAll(): void;
  reset(): void;
}

/** The oldest are forgotten, so that a long load test doesn't fill the memory. */
const REMEMBERED = 100_000;

export function createAccessTokens(settings: Settings): AccessTokens {
  const key = randomBytes(32);
  const issued = new Map<string, AccessToken>();
  let serial = 0;
  let expiredUpTo = 0;

  function remember(id: string, token: AccessToken): void {
    issued.set(id, token);
    const [oldest] = issued.keys();
    if (issued.size > REMEMBERED && oldest !== undefined) issued.delete(oldest);
  }

  /** An opaque token is its own id; a JWT carries it, and has to be genuine. */
  async function idOf(token: string): Promise<string | undefined> {
    if (!token.includes('.')) return token;
    // Its expiry is judged below, to the millisecond: `exp` is compared in whole seconds.
    const verified = await jwtVerify(token, key, { algorithms: ['HS256'], currentDate: new Date(0) }).catch(
      () => undefined,
    );
    return verified?.payload.jti;
  }

  return {
    async mint({ family, generation }) {
      const { user } = family;
      const issuedAt = Date.now();
      const token = { family, generation, expiresAt: issuedAt + settings.lifetime * 1_000, serial: ++serial };
      if (settings.tokens === 'opaque') {
        const opaque = randomBytes(32).toString('base64url');
        remember(opaque, token);
        return opaque;
      }
      const jti = randomUUID();
      remember(jti, token);
      return new SignJWT({ name: user.name, gen: generation })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .setSubject(user.id)
        .setIssuedAt(issuedAt / 1_000)
        .setExpirationTime(token.expiresAt / 1_000)
        .setJti(jti)
        .sign(key);
    },

    async judge(authorization) {
      const [, value] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (!value) return { verdict: 'missing' };
      const token = issued.get((await idOf(value)) ?? '');
      if (!token) return { verdict: 'unknown' };
      if (token.family.state === 'revoked') return { verdict: 'revoked', token };
      if (token.serial <= expiredUpTo || token.expiresAt <= Date.now()) return { verdict: 'expired', token };
      return { verdict: 'good', token };
    },

    expireAll() {
      expiredUpTo = serial;
    },

    reset() {
      issued.clear();
    },
  };
}
