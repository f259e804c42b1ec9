/** docs/clients/rtk-query.md, run as it stands there. */

import { configureStore } from '@reduxjs/toolkit';
import { type AuthClient, isAuthError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { serves } from '../given/any-client.ts';
import { recipeOf } from '../given/recipe.ts';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';

async function storeOf(auth: AuthClient) {
  const page = 'docs/clients/rtk-query.md';
  const base = await recipeOf<object>(page, 'export const baseQuery', { './auth': { auth } });
  const given = { './auth': { auth }, './base-query': base };
  // biome-ignore lint/suspicious/noExplicitAny: the endpoints are the page's.
  const { api, forgetUsers } = await recipeOf<any>(page, 'createApi', given);
  const store = configureStore({
    reducer: { [api.reducerPath]: api.reducer },
    middleware: (defaults) => defaults().concat(api.middleware),
  });
  return { api, store, forgetUsers: () => forgetUsers(store) };
}

describe('RTK Query', () => {
  serves({
    async open(auth) {
      const { api, store } = await storeOf(auth);
      // biome-ignore lint/suspicious/noExplicitAny: the endpoints are the page's.
      const run = async (action: any, signal?: AbortSignal) => {
        // biome-ignore lint/suspicious/noExplicitAny: the endpoints are the page's.
        const running: any = store.dispatch(action);
        signal?.addEventListener('abort', () => running.abort());
        const { data, error } = await running;
        return error ? Promise.reject(error) : data;
      };
      return {
        read: (path, signal) => run(api.endpoints.order.initiate(path.replace('/orders/', '')), signal),
        write: (_, { amount }) => run(api.endpoints.pay.initiate(amount)),
        errorIn: (rejection) => {
          const { status, error } = rejection as { status: unknown; error: unknown };
          return status === 'CUSTOM_ERROR' ? error : rejection;
        },
      };
    },
  });

  async function adasOrder() {
    const server: AuthServer = startAuthServer();
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const { api, store, forgetUsers } = await storeOf(auth);
    forgetUsers();
    const order = () => api.endpoints.order.select('1')(store.getState()).data;
    await store.dispatch(api.endpoints.order.initiate('1'));
    expect(order()).toMatchObject({ user: 'ada' });
    return { server, auth, api, store, order };
  }

  it('the error is plain data, and says whether a retry can help', async () => {
    const { server, api, store } = await adasOrder();
    server.expireAccessTokens();
    server.answerRefresh = () => Response.json({}, { status: 500 });
    const { error } = await store.dispatch(api.endpoints.order.initiate('2'));
    expect(error).toEqual({ status: 'CUSTOM_ERROR', error: 'refresh-unavailable', data: { retryable: true } });
    expect(isAuthError(error)).toBe(false);
  });

  it('a call that waits when the cache is emptied settles with neither data nor error', async () => {
    const { server, api, store } = await adasOrder();
    server.expireAccessTokens();
    server.revoke('ada');
    const answer = await store.dispatch(api.endpoints.order.initiate('2'));
    expect([answer.status, answer.data, answer.error]).toEqual(['uninitialized', undefined, undefined]);
  });

  it('the cache is empty once Ada has signed out', async () => {
    const { auth, order } = await adasOrder();
    await auth.signOut();
    expect(order()).toBeUndefined();
  });

  it('the cache is empty once Bob has signed in', async () => {
    const { server, auth, order } = await adasOrder();
    await auth.signIn(server.login('bob'));
    expect(order()).toBeUndefined();
  });
});
