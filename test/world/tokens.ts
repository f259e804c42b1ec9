/** Token answers whose claims a test chooses. */

import { jwt } from './auth-server.ts';

let serial = 0;

/** What a server gives for these claims; all that each token has anew is another one each time. */
export function tokenAnswer(claims: object): { access_token: string; expires_in: number } {
  serial++;
  const iat = 1_700_000_000 + serial;
  const payload = { iat, nbf: iat, exp: iat + 3_600 + serial, jti: `token-${serial}`, ...claims };
  return { access_token: jwt(payload), expires_in: 3_600 + serial };
}

export const opaqueAnswer = (): { access_token: string; expires_in: number } => {
  serial++;
  return { access_token: `opaque-token-${serial}`, expires_in: 3_600 + serial };
};
