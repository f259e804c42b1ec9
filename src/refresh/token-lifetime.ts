/** How long a token lives and how long a server wants to be left alone, by the server's clock where that can be read. */

import type { AccessToken } from '../session/access-token.js';
import type { TokenSet } from './token-shapes.js';

const HOUR = 3_600_000;

/**
 * RFC 9110 §10.2.3: seconds, or a date, which is counted from the server's own clock where that can be read. An hour at
 * most: who would wait for longer?
 */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  const isDuration = /^\d+$/.test(value);
  const ms = isDuration ? Number(value) * 1_000 : Date.parse(value) - (serverTime(headers) ?? Date.now());
  // A number of more than a day is a date in seconds. A date of more than an hour says more about this machine's clock.
  if (!(ms >= 0 && ms <= (isDuration ? 24 * HOUR : HOUR))) return undefined;
  return Math.min(ms, HOUR);
}

export const serverTime = (headers: Headers | undefined): number | undefined =>
  Date.parse(headers?.get('date') ?? '') || undefined;

export const BY_DATE = 'exp and the Date header';

/** Milliseconds that a JWT gives itself, if more than half of them were over when it came. */
export function claimedIfAged(token: AccessToken | undefined): number | undefined {
  const claimed = (Number(token?.claims?.exp) - Number(token?.claims?.iat)) * 1_000;
  return token && claimed > 2 * token.lifetime ? claimed : undefined;
}

type Evidence = readonly [ms: number, evidence: string];

/**
 * Milliseconds from now, by the evidence that gives the least, and which that is; `NaN` where there is only an `expires_in`
 * that is no number. This machine's clock is no evidence, since it may be a day off.
 *
 * @param age milliseconds since this very token first came: so much of its own lifetime is surely over
 */
export function lifetimeOf(
  expiresIn: TokenSet['expiresIn'],
  claims: AccessToken['claims'],
  serverNow = NaN,
  age = 0,
): Evidence {
  // Some servers give an empty `exp` to a token that doesn't expire.
  const expiry = Number(claims?.exp || NaN) * 1_000;
  const inClaims: readonly Evidence[] = [
    [expiry - Number(claims?.iat || NaN) * 1_000 - age, 'exp and iat'],
    [expiry - serverNow, BY_DATE],
  ];
  const evidence = inClaims.filter(([ms]) => Number.isFinite(ms));
  const said: Evidence = [Number(expiresIn ?? Infinity) * 1_000, 'expires_in'];
  return evidence.reduce((least, next) => (least[0] <= next[0] ? least : next), said);
}
