/** oidc-client-ts: a user store that tabs share, automatic silent renewal, and `signinSilent()` where the token has expired. */

import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const users = new UserManager({
    authority: origin,
    client_id: 'bench',
    redirect_uri: `${origin}/callback`,
    scope: 'offline_access',
    metadata: { issuer: origin, token_endpoint: `${origin}/oauth/token` },
    userStore: new WebStorageStateStore({ store: localStorage }),
    automaticSilentRenew: true,
  });

  async function token(): Promise<string> {
    const user = await users.getUser();
    if (user && !user.expired) return user.access_token;
    try {
      const renewed = await users.signinSilent();
      if (renewed) return renewed.access_token;
    } catch (error) {
      // "invalid_grant": the server says that the session is over.
      if (Object(error).error === 'invalid_grant') {
        await users.removeUser();
        signedOut();
      }
      throw error;
    }
    throw new Error('Nobody is signed in.');
  }

  return {
    signIn: (username) => users.signinResourceOwnerCredentials({ username, password: 'demo', skipUserInfo: true }),
    async request(path, { headers, ...sent } = {}) {
      const Authorization = `Bearer ${await token()}`;
      return (await fetch(origin + path, { ...sent, headers: { ...headers, Authorization } })).status;
    },
  };
};
