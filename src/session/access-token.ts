/** An access token in memory: how long it is still good, without trusting the clock, and whose it is. */

import { jwtDecode } from 'jwt-decode';
import { elapsed, type Instant } from '../wait.js';

export interface AccessToken {
  readonly value: string;
  /** Milliseconds from receipt to expiry; `Infinity` where the server didn't say. */
  readonly lifetime: number;
  readonly receivedAt: Instant;
  /** The JWT's payload, never verified here; `undefined` for an opaque token. */
  readonly claims: Claims | undefined;
  /** The server gives it again when asked for a new one: there is none before it expires. */
  readonly isLast?: boolean | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Whether it is one and the same, in whichever tab: some servers give the same token again with a longer life. */
export const isSameToken = (a: AccessToken | undefined, b: AccessToken | undefined): boolean =>
  a?.value === b?.value && a?.lifetime === b?.lifetime && a?.receivedAt.wall === b?.receivedAt.wall;

/** Milliseconds until the token expires; counted from its receipt, so a wrong clock changes nothing. */
export const remaining = (token: AccessToken): number => token.lifetime - elapsed(token.receivedAt);

/** When the token expires by this machine's wall clock, or `undefined` where the server didn't say. */
export const expiresAt = ({ lifetime, receivedAt }: AccessToken): number | undefined =>
  lifetime === Infinity ? undefined : Math.round(receivedAt.wall + lifetime);

/** How long before expiry a refresh is due: the option, but at most a fifth of the token's lifetime. */
export const dueBeforeExpiry = ({ isLast, lifetime }: AccessToken, refreshAhead: number): number =>
  isLast ? 0 : Math.min(refreshAhead, lifetime / 5);

/**
 * How much earlier than that to refresh a token that nobody foresaw: a 401, an outage or sleep came before it. Many clients
 * may have got theirs in that moment, and would all be refreshed in one moment again, lifetime after lifetime.
 *
 * @param last the token before it, of the same session
 */
export function spreadBeforeExpiry(token: AccessToken, last: AccessToken | undefined, refreshAhead: number): number {
  const due = dueBeforeExpiry(token, refreshAhead);
  const wasForeseen = !last || (remaining(last) > 0 && remaining(last) <= last.lifetime / 5);
  return wasForeseen || !due || token.lifetime === Infinity ? 0 : Math.random() * (token.lifetime / 5 - due);
}

/** Whose token it is, where it says so. */
export function subjectOf(token: AccessToken | undefined): string | undefined {
  const subject = token?.claims?.sub;
  // RFC 7519 §4.1.2 wants a string; numbers are common all the same.
  return typeof subject === 'string' || typeof subject === 'number' ? String(subject) : undefined;
}

/** The payload of a JWT (RFC 7519 §3), or `undefined`: whatever can't be decoded is an opaque token. */
export function decodeClaims(token: string): Claims | undefined {
  try {
    const claims: unknown = jwtDecode(token);
    return typeof claims === 'object' && claims ? Object.freeze({ ...claims }) : undefined;
  } catch {
    return undefined;
  }
}
