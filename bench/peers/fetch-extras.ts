/** fetch-extras: `withTokenRefresh`, and `withHeaders` for the token, in the order of its documentation. */

import { pipeline, withHeaders, withTokenRefresh } from 'fetch-extras';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin }) => {
  const apiFetch = pipeline(
    fetch,
    withHeaders((): Record<string, string> => {
      const token = localStorage.getItem('token');
      return token ? { Authorization: `Bearer ${token}` } : {};
    }),
    withTokenRefresh({
      refreshToken: async () => {
        const token = await refresh(origin);
        localStorage.setItem('token', token);
        return token;
      },
    }),
  );
  return {
    signIn: async (user) => localStorage.setItem('token', (await logIn(origin, user)).access_token),
    request: async (path, sent) => (await apiFetch(origin + path, sent)).status,
  };
};
