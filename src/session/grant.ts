/** What the auth server has granted. */

import type { AccessToken } from './access-token.js';

export interface Grant {
  readonly accessToken: AccessToken;
  /** Where no cookie holds it: for a strategy that sends it itself. Its rules are those of the access token. */
  readonly refreshToken?: string | undefined;
}
