/** A user as a test names them, and the token that they get. */

import type { JwtClaims } from '../auth-client.js';
import type { Grant } from '../session/grant.js';
import { now } from '../wait.js';
import { unsignedJwt } from './server/jwt.js';

export interface TestUser<Claims extends object = JwtClaims> {
  /** The state's `subject`, and the claim `sub`. @default the claim `sub`; without any claims the token is an opaque one */
  readonly user?: string | undefined;
  /** Those that the test is about. Others are missing, `exp` too. */
  readonly claims?: Partial<Claims> | undefined;
  /** Milliseconds since 1970. Nothing happens then. @default undefined, as where the server doesn't say */
  readonly expiresAt?: number | undefined;
}

let serial = 0;

/** What a server would grant that user; another token each time. */
export function grantOf<Claims extends object>({ user, claims, expiresAt }: TestUser<Claims>): Grant {
  const receivedAt = now();
  const payload = user === undefined && !claims ? undefined : { ...(user !== undefined && { sub: user }), ...claims };
  const jti = `test-token-${++serial}`;
  return {
    accessToken: {
      value: payload ? unsignedJwt({ ...payload, jti }) : jti,
      lifetime: expiresAt === undefined ? Infinity : expiresAt - receivedAt.wall,
      receivedAt,
      claims: payload && Object.freeze(payload),
      subject: user,
    },
  };
}
