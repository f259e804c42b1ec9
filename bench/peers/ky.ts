/** ky: "retry with a fresh token on a 401" of its README, with the token kept for the requests after. */

import ky, { isHTTPError } from 'ky';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin }) => {
  const api = ky.create({
    timeout: false,
    hooks: {
      beforeRequest: [
        ({ request }) => {
          const token = localStorage.getItem('token');
          if (token) request.headers.set('Authorization', `Bearer ${token}`);
        },
      ],
      afterResponse: [
        async ({ request, response, retryCount }) => {
          // Only on the first 401, not on subsequent retries.
          if (response.status !== 401 || retryCount !== 0) return;
          const token = await refresh(origin);
          localStorage.setItem('token', token);
          const headers = new Headers(request.headers);
          headers.set('Authorization', `Bearer ${token}`);
          return ky.retry({ request: new Request(request, { headers }), code: 'TOKEN_REFRESHED', delay: 0 });
        },
      ],
    },
  });
  return {
    signIn: async (user) => localStorage.setItem('token', (await logIn(origin, user)).access_token),
    async request(path, sent) {
      try {
        return (await api(origin + path, sent)).status;
      } catch (error) {
        if (isHTTPError(error)) return error.response.status;
        throw error;
      }
    },
  };
};
