/** How long a token lives and how long a server wants to be left alone, by the server's clock where that can be read. */

import type { AccessToken } from '../session/access-token.js';
import type { TokenSet } from './token-shapes.js';

/** RFC 9110 §10.2.3: seconds, or a date, which is counted from the server's own clock where that can be read. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const ms = Date.parse(value) - (serverTime(headers) ?? Date.now());
  // More than an hour says more about this machine's clock.
  return ms >= 0 && ms <= 3_600_000 ? ms : undefined;
}

export const serverTime = (headers: Headers | undefined): number | undefined =>
  Date.parse(headers?.get('date') ?? '') || undefined;

/**
 * Milliseconds from now, by the evidence that gives the least, and which that is; `NaN` for an `expires_in` that is no
 * number. This machine's clock is no evidence, since it may be a day off.
 */
export function lifetimeOf(
  expiresIn: TokenSet['expiresIn'],
  claims: AccessToken['claims'],
  serverNow = NaN,
): readonly [ms: number, evidence: string] {
  const expiry = Number(claims?.exp) * 1_000;
  const inClaims = [
    [expiry - Number(claims?.iat) * 1_000, 'exp and iat'],
    [expiry - serverNow, 'exp and the Date header'],
  ] as const;
  const evidence = inClaims.filter(([ms]) => Number.isFinite(ms));
  return [[Number(expiresIn ?? Infinity) * 1_000, 'expires_in'] as const, ...evidence].reduce((least, next) =>
    next[0] < least[0] ? next : least,
  );
}
