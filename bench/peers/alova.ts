/** alova: its server-based token authentication, as its tutorial has it; without its cache, which would answer by itself. */

import { createAlova } from 'alova';
import { createServerTokenAuthentication } from 'alova/client';
import adapterFetch from 'alova/fetch';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication({
    assignToken: (method) => {
      method.config.headers.Authorization = `Bearer ${localStorage.getItem('token')}`;
    },
    refreshTokenOnSuccess: {
      isExpired: (response: Response) => response.status === 401,
      handler: async () => {
        try {
          localStorage.setItem('token', await refresh(origin));
        } catch (error) {
          signedOut();
          throw error;
        }
      },
    },
  });
  const alova = createAlova({
    baseURL: origin,
    cacheFor: null,
    shareRequest: false,
    requestAdapter: adapterFetch(),
    beforeRequest: onAuthRequired(),
    responded: onResponseRefreshToken((response: Response) => response.status),
  });
  return {
    signIn: async (user) => localStorage.setItem('token', (await logIn(origin, user)).access_token),
    request: (url, { method = 'GET', headers = {}, body } = {}) =>
      (method === 'GET' ? alova.Get<number>(url, { headers }) : alova.Post<number>(url, body, { headers })).send(),
  };
};
