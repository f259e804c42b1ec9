/** The interceptor for axios that many apps have copied, as docs/migration.md has it, for a refresh token in a cookie. */

import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios';
import { statusOf } from './axios-status.ts';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

interface Waiting {
  resolve(token: string): void;
  reject(error: unknown): void;
}

export const create: CreateClient = ({ origin, signedOut }) => {
  const api = axios.create({ baseURL: origin, adapter: 'fetch' });
  let isRefreshing = false;
  let failedQueue: Waiting[] = [];

  api.interceptors.request.use((config) => {
    const token = localStorage.getItem('token');
    if (token) config.headers.Authorization = `Bearer ${token}`;
    return config;
  });

  api.interceptors.response.use(undefined, async (error: AxiosError) => {
    const request = error.config as (InternalAxiosRequestConfig & { _retry?: boolean }) | undefined;
    if (error.response?.status !== 401 || !request || request._retry) throw error;
    request._retry = true;
    if (isRefreshing) {
      await new Promise<string>((resolve, reject) => failedQueue.push({ resolve, reject }));
      return api(request);
    }
    isRefreshing = true;
    try {
      const token = await refresh(origin);
      localStorage.setItem('token', token);
      for (const { resolve } of failedQueue) resolve(token);
    } catch (refreshError) {
      for (const { reject } of failedQueue) reject(refreshError);
      localStorage.clear();
      signedOut();
      throw refreshError;
    } finally {
      failedQueue = [];
      isRefreshing = false;
    }
    return api(request);
  });

  return {
    signIn: async (user) => localStorage.setItem('token', (await logIn(origin, user)).access_token),
    request: (url, { body = null, ...sent } = {}) => statusOf(api.request({ url, data: body, ...sent })),
  };
};
