/** RTK Query: `baseQueryWithReauth` of its documentation, with async-mutex. Called without a store, as the leanest way. */

import { type BaseQueryApi, type FetchArgs, fetchBaseQuery } from '@reduxjs/toolkit/query';
import { Mutex } from 'async-mutex';
import { logIn } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  let token: string | undefined;
  const mutex = new Mutex();
  const baseQuery = fetchBaseQuery({
    baseUrl: origin,
    prepareHeaders: (headers) => {
      if (token) headers.set('authorization', `Bearer ${token}`);
      return headers;
    },
  });
  const refreshArgs = { url: '/auth/refresh', method: 'POST', headers: { 'X-Requested-With': 'fetch' } };

  const baseQueryWithReauth: typeof baseQuery = async (args, api, extraOptions) => {
    await mutex.waitForUnlock();
    let result = await baseQuery(args, api, extraOptions);
    if (result.error && result.error.status === 401) {
      if (!mutex.isLocked()) {
        const release = await mutex.acquire();
        try {
          const refreshResult = await baseQuery(refreshArgs, api, extraOptions);
          if (refreshResult.data) {
            token = (refreshResult.data as { access_token: string }).access_token;
            result = await baseQuery(args, api, extraOptions);
          } else {
            token = undefined;
            signedOut();
          }
        } finally {
          release();
        }
      } else {
        await mutex.waitForUnlock();
        result = await baseQuery(args, api, extraOptions);
      }
    }
    return result;
  };

  const api = { signal: new AbortController().signal } as BaseQueryApi;
  return {
    async signIn(user) {
      token = (await logIn(origin, user)).access_token;
    },
    async request(url, sent = {}) {
      const { error, meta } = await baseQueryWithReauth({ url, ...sent } as FetchArgs, api, {});
      if (error && !meta?.response) throw new Error('error' in error ? error.error : 'refused');
      return meta?.response?.status ?? 0;
    },
  };
};
