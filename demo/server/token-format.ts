/** How an access token is written: as a signed JWT, or as an opaque string. */

import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { AccessToken } from '../../src/testing/server/access-tokens.ts';
import type { Settings } from './settings.ts';

export interface TokenFormat {
  write(token: AccessToken): Promise<string>;
  /** An opaque token is its own id; a JWT carries it, and has to be genuine, or else it is as unknown as any text. */
  idOf(text: string | undefined): Promise<string | undefined>;
}

export function createTokenFormat(settings: Pick<Settings, 'tokens'>): TokenFormat {
  const key = randomBytes(32);

  return {
    async write({ id, family: { user }, generation, issuedAt, expiresAt }) {
      if (settings.tokens === 'opaque') return id;
      return new SignJWT({ name: user.name, gen: generation })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .setSubject(user.id)
        .setIssuedAt(issuedAt / 1_000)
        .setExpirationTime(expiresAt / 1_000)
        .setJti(id)
        .sign(key);
    },

    async idOf(text) {
      if (!text?.includes('.')) return text;
      // Its expiry is judged elsewhere, to the millisecond: `exp` is compared in whole seconds.
      const verified = await jwtVerify(text, key, { algorithms: ['HS256'], currentDate: new Date(0) }).catch(
        () => undefined,
      );
      return verified?.payload.jti ?? text;
    },
  };
}
