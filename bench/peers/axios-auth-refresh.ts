/** axios-auth-refresh: the first example of its README, with its request interceptor. */

import axios from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { statusOf } from './axios-status.ts';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

export const create: CreateClient = ({ origin, signedOut }) => {
  const api = axios.create({ baseURL: origin, adapter: 'fetch' });

  createAuthRefresh(api, async (failedRequest) => {
    try {
      const token = await refresh(origin);
      localStorage.setItem('token', token);
      failedRequest.response.config.headers.Authorization = `Bearer ${token}`;
    } catch (error) {
      signedOut();
      throw error;
    }
  });

  api.interceptors.request.use((request) => {
    request.headers.Authorization = `Bearer ${localStorage.getItem('token')}`;
    return request;
  });

  return {
    signIn: async (user) => localStorage.setItem('token', (await logIn(origin, user)).access_token),
    request: (url, { body = null, ...sent } = {}) => statusOf(api.request({ url, data: body, ...sent })),
  };
};
