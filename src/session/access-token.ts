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
}

type Claims = Readonly<Record<string, unknown>>;

/** Milliseconds until the token expires; counted from its receipt, so a wrong clock changes nothing. */
export const remaining = (token: AccessToken): number => token.lifetime - elapsed(token.receivedAt);

/** When the token expires by this machine's wall clock, or `undefined` where the server didn't say. */
export const expiresAt = ({ lifetime, receivedAt }: AccessToken): number | undefined =>
  lifetime === Infinity ? undefined : Math.round(receivedAt.wall + lifetime);

/** How long before expiry a refresh is due: the option, but at most a fifth of the token's lifetime. */
export const dueBeforeExpiry = (token: AccessToken, refreshAhead: number): number =>
  Math.min(refreshAhead, token.lifetime / 5);

export function subjectOf(token: AccessToken | undefined): string | undefined {
  const subject = token?.claims?.sub;
  return typeof subject === 'string' ? subject : undefined;
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
