/** @auth0/auth0-spa-js: rotating refresh tokens, kept where other tabs and the next page find them; requests by its fetcher. */

import { Auth0Client } from '@auth0/auth0-spa-js';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const auth0 = new Auth0Client({
    domain: origin,
    clientId: 'bench',
    useRefreshTokens: true,
    cacheLocation: 'localstorage',
  });
  const fetcher = auth0.createFetcher({ baseUrl: origin });
  return {
    // Its sign-in without a redirect.
    signIn: (user) => auth0.loginWithCustomTokenExchange({ subject_token: user, subject_token_type: 'urn:bench:user' }),
    async request(path, sent) {
      try {
        return (await fetcher.fetchWithAuth(origin + path, sent)).status;
      } catch (error) {
        const code = Object(error).error;
        if (code === 'login_required' || code === 'missing_refresh_token' || code === 'invalid_grant') signedOut();
        throw error;
      }
    },
  };
};
