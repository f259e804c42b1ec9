/** The floor: `fetch` with a header. It refreshes nothing. */

import { logIn } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin }) => {
  let token: string | undefined;
  return {
    async signIn(user) {
      token = (await logIn(origin, user)).access_token;
    },
    async request(path, { headers, ...sent } = {}) {
      const init = { ...sent, headers: { ...headers, Authorization: `Bearer ${token}` } };
      return (await fetch(origin + path, init)).status;
    },
  };
};
