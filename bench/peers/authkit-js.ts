/** @workos-inc/authkit-js: its production mode, with the refresh token in a cookie of its server; `getAccessToken()` before each request. */

import { createClient } from '@workos-inc/authkit-js';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = async ({ origin, signedOut }) => {
  const { hostname, port } = new URL(origin);
  const open = () =>
    createClient('bench', {
      apiHostname: hostname,
      port: Number(port),
      https: false,
      devMode: false,
      onRefreshFailure: signedOut,
    });
  let authkit = await open();
  return {
    async signIn(user) {
      // What the way back from its login page leaves behind.
      await fetch(`${origin}/user_management/sign-in?user=${user}`, { method: 'POST' });
      authkit.dispose();
      authkit = await open();
    },
    async request(path, { headers, ...sent } = {}) {
      const Authorization = `Bearer ${await authkit.getAccessToken()}`;
      return (await fetch(origin + path, { ...sent, headers: { ...headers, Authorization } })).status;
    },
  };
};
