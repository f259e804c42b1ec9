/**
 * Access tokens: what is remembered of each, and the verdict when the API meets one. The demo, the unit tests and the
 * simulation go by it, too; Node runs it as it stands, so it imports types alone.
 */

import type { ClockAndSecrets, Family, Grant } from './sessions.js';

export interface TokenSettings {
  /** Seconds that an access token is good for; fractions are allowed. */
  readonly lifetime: number;
}

/** What the server remembers of a token that it has issued. */
export interface AccessToken {
  /** What the text of a token carries, or is. */
  readonly id: string;
  readonly family: Family;
  readonly generation: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Counts up. */
  readonly serial: number;
}

export type TokenVerdict =
  | { readonly verdict: 'good'; readonly token: AccessToken }
  /** `token` where it is known whose it was. */
  | { readonly verdict: 'missing' | 'unknown' | 'expired' | 'revoked'; readonly token?: AccessToken };

export interface AccessTokens {
  issue(grant: Grant): AccessToken;
  /** @param id `undefined` where no token came */
  judge(id: string | undefined): TokenVerdict;
  /** All tokens issued so far count as expired. */
  expireAll(): void;
  reset(): void;
}

/** The oldest are forgotten, so that a long load test doesn't fill the memory. */
const REMEMBERED = 100_000;

/** The token of an `Authorization` header. */
export const bearerOf = (authorization: string | null | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

export function createAccessTokens(settings: TokenSettings, { now, secret }: ClockAndSecrets): AccessTokens {
  const issued = new Map<string, AccessToken>();
  let serial = 0;
  let expiredUpTo = 0;

  return {
    issue({ family, generation }) {
      const issuedAt = now();
      const expiresAt = issuedAt + settings.lifetime * 1_000;
      const token = { id: secret(), family, generation, issuedAt, expiresAt, serial: ++serial };
      issued.set(token.id, token);
      const [oldest] = issued.keys();
      if (issued.size > REMEMBERED && oldest !== undefined) issued.delete(oldest);
      return token;
    },

    judge(id) {
      if (id === undefined) return { verdict: 'missing' };
      const token = issued.get(id);
      if (!token) return { verdict: 'unknown' };
      if (token.family.state === 'revoked') return { verdict: 'revoked', token };
      if (token.serial <= expiredUpTo || token.expiresAt <= now()) return { verdict: 'expired', token };
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
