/** @badgateway/oauth2-client: the fetch wrapper of its README, which stores its token as that says. It refreshes ahead of expiry, too. */

import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const client = new OAuth2Client({ server: origin, tokenEndpoint: '/oauth/token', clientId: 'bench' });
  let user: string | undefined;

  const open = () =>
    new OAuth2Fetch({
      client,
      getNewToken: async () => (user ? client.password({ username: user, password: 'demo' }) : null),
      storeToken: (token) => localStorage.setItem('token-store', JSON.stringify(token)),
      getStoredToken: () => JSON.parse(localStorage.getItem('token-store') ?? 'null'),
      onError: signedOut,
    });
  let wrapper = open();

  return {
    async signIn(name) {
      localStorage.removeItem('token-store');
      user = name;
      wrapper = open();
      await wrapper.getAccessToken();
      // The password is asked for once, and not kept.
      user = undefined;
    },
    request: async (path, sent) => (await wrapper.fetch(origin + path, sent)).status,
  };
};
