/** @supabase/auth-js: its defaults; `getSession()` before each request gives a token that is good. */

import { GoTrueClient } from '@supabase/auth-js';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const auth = new GoTrueClient({ url: `${origin}/supabase`, storageKey: 'bench' });
  auth.onAuthStateChange((event) => {
    if (event === 'SIGNED_OUT') signedOut();
  });
  return {
    signIn: (user) => auth.signInWithPassword({ email: user, password: 'demo' }),
    async request(path, { headers, ...sent } = {}) {
      const { data, error } = await auth.getSession();
      if (error) throw error;
      if (!data.session) throw new Error('Nobody is signed in.');
      const Authorization = `Bearer ${data.session.access_token}`;
      return (await fetch(origin + path, { ...sent, headers: { ...headers, Authorization } })).status;
    },
  };
};
