/** supertokens-website: `init`, and the page's own `fetch`, which it patches. Its tokens are in cookies, as by default. */

import SuperTokens from 'supertokens-website';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  SuperTokens.init({
    apiDomain: origin,
    apiBasePath: '/supertokens',
    onHandleEvent: ({ action }) => {
      if (action === 'UNAUTHORISED') signedOut();
    },
  });
  return {
    signIn: (user) =>
      fetch(`${origin}/supertokens/signin`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user, password: 'demo' }),
      }),
    request: async (path, sent) => (await fetch(origin + path, sent)).status,
  };
};
