/** refresh-fetch-queue: the example of its README; its "auth store" is localStorage, which lets it see other tabs' tokens. */

import { FetchInterceptor } from 'refresh-fetch-queue';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const api = new FetchInterceptor({
    getToken: () => localStorage.getItem('token'),
    setToken: (token) => localStorage.setItem('token', token),
    refreshToken: () => refresh(origin),
    onAuthFailure: () => {
      localStorage.removeItem('token');
      signedOut();
    },
    refreshTimeoutMs: 10_000,
  });
  return {
    signIn: async (user) => localStorage.setItem('token', (await logIn(origin, user)).access_token),
    request: async (path, sent) => (await api.fetch(origin + path, sent)).status,
  };
};
