/** oidc-spa: `createOidc`. Its sign-in leaves the page, so only its size and its start are measured. */

import { createOidc } from 'oidc-spa/core';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin }) => {
  const opening = createOidc({ issuerUri: origin, clientId: 'bench', BASE_URL: '/' });
  return {
    signIn: async () => {
      throw new Error('Its sign-in leaves the page.');
    },
    async request(path, { headers, ...sent } = {}) {
      const oidc = await opening;
      if (!oidc.isUserLoggedIn) throw new Error('Nobody is signed in.');
      const Authorization = `Bearer ${(await oidc.getTokens()).accessToken}`;
      return (await fetch(origin + path, { ...sent, headers: { ...headers, Authorization } })).status;
    },
  };
};
