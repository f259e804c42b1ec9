/** The recipe for TanStack Query of docs/react.md: what can't succeed isn't retried, and nobody sees the last user's data. */

import { MutationObserver, onlineManager, QueryClient, QueryObserver } from '@tanstack/react-query';
import { type AuthClient, isAuthError } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recipe } from '../given/recipe.ts';
import { API, type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../world/clocks.ts';
import { refusal } from '../world/refusal.ts';
import { openTab, openTwoTabs, signedInEverywhere } from '../world/tabs.ts';
import { until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** What is asked again once there is a new token. */
const recipes = {
  'what failed for want of a token': (auth: AuthClient, queries: QueryClient) =>
    auth.on('refreshed', () =>
      queries.refetchQueries(
        { predicate: ({ state }) => isAuthError(state.error) && state.error.retryable },
        { cancelRefetch: false },
      ),
    ),
  /** Simpler, and so in use: each refetch aborts the request before it. */
  'whatever failed': (auth: AuthClient, queries: QueryClient) =>
    auth.on('refreshed', () => queries.refetchQueries({ predicate: ({ state }) => state.status === 'error' })),
};
type Recipe = keyof typeof recipes;

function queriesOf(auth: AuthClient, recipe: Recipe): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: { retry: (failures, error) => failures < 3 && (!isAuthError(error) || error.retryable) },
    },
  });
  auth.on('signed-out', () => queryClient.clear());
  auth.on('user-changed', () => queryClient.resetQueries());
  recipes[recipe](auth, queryClient);
  return queryClient;
}

async function adasOrders(auth = openTab(), recipe: Recipe = 'what failed for want of a token') {
  await auth.signIn(server.login('ada'));
  const queries = queriesOf(auth, recipe);
  let asked = 0;
  const orders = {
    queryKey: ['orders'],
    queryFn: async ({ signal }: { readonly signal: AbortSignal }) => {
      asked++;
      const response = await auth.fetch(`${API}/orders`, { signal });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      return response.json();
    },
  };
  return { auth, queries, orders, asked: () => asked };
}

describe('TanStack Query on auth.fetch (P12)', () => {
  it('a query that needs a session is tried once without one', async () => {
    const { auth, queries } = await adasOrders();
    await auth.signOut();
    let asked = 0;
    const socket = {
      queryKey: ['socket'],
      queryFn: () => {
        asked++;
        return auth.getAccessToken();
      },
    };

    const reason = await passUntil(queries.fetchQuery(socket).catch((error: unknown) => error));

    expect(isAuthError(reason) && reason.code).toBe('signed-out');
    expect(asked).toBe(1);
  });

  it('a query is tried again while the server is down', async () => {
    const { queries, orders, asked } = await adasOrders();
    server.expireAccessTokens();
    server.answerRefresh = () => {
      server.answerRefresh = undefined;
      return Response.json({}, { status: 500 });
    };

    const answer = queries.fetchQuery(orders);
    expect(await passUntil(answer)).toMatchObject({ user: 'ada' });
    expect(asked()).toBeGreaterThan(1);
  });

  it('a query that failed in an outage is tried again afterwards', async () => {
    const { auth, queries, orders } = await adasOrders();
    const shown = new QueryObserver(queries, orders);
    const stop = shown.subscribe(() => {});
    await passUntil(queries.fetchQuery(orders));
    server.expireAccessTokens();
    server.answerRefresh = () => Response.json({}, { status: 500 });
    await passUntil(shown.refetch());
    expect(shown.getCurrentResult().status).toBe('error');

    server.answerRefresh = undefined;
    // The longest pause after a failure is 30 s.
    await pass(31_000, 1_000);
    await passUntil(auth.refresh());
    await until(() => shown.getCurrentResult().status === 'success');
    stop();
  });

  describe.each(['what failed for want of a token', 'whatever failed'] as const)('asked again: %s', (recipe) => {
    /** A mounted query that has had data, and whose last attempt failed as given. */
    async function failedOrders(fail: () => void) {
      server.lifetime = 3_600;
      const auth = openTab();
      const { queries, orders } = await adasOrders(auth, recipe);
      const shown = new QueryObserver(queries, orders);
      const stop = shown.subscribe(() => {});
      await until(() => shown.getCurrentResult().status === 'success');
      fail();
      await passUntil(shown.refetch());
      expect(shown.getCurrentResult()).toMatchObject({ status: 'error', data: { user: 'ada' } });
      return { auth, stop };
    }

    /** An endless loop would never let the test go on to say so. */
    const refuseForLong = () => (server.refreshCalls < 30 ? refusal() : undefined);

    it('an API that refuses good tokens after a refresh sees no loop', async () => {
      const { auth, stop } = await failedOrders(() => {
        server.answerApi = () => Response.json({}, { status: 500 });
      });
      server.answerApi = refuseForLong;
      expect(server.refreshCalls).toBe(0);

      await auth.refresh();
      await pass(20_000, 500);

      expect(server.refreshCalls).toBeLessThanOrEqual(3);
      stop();
    });

    it('an API that refuses good tokens after an outage sees no loop', async () => {
      const { auth, stop } = await failedOrders(() => {
        server.expireAccessTokens();
        server.answerRefresh = () => Response.json({}, { status: 500 });
      });
      server.answerRefresh = undefined;
      server.answerApi = refuseForLong;
      const before = server.refreshCalls;
      // The longest pause after a failure is 30 s; a visible tab may have refreshed by then.
      await pass(31_000, 1_000);
      await passUntil(auth.refresh());
      await pass(20_000, 500);

      expect(server.refreshCalls - before).toBeLessThanOrEqual(5);
      stop();
    });
  });

  it('a refresh doesn’t repeat a query that the API refused', async () => {
    server.lifetime = 3_600;
    const { auth, queries, orders, asked } = await adasOrders();
    server.answerApi = () => refusal();
    await passUntil(queries.fetchQuery(orders).catch(() => {}));
    const before = asked();

    await auth.refresh();
    await pass(20_000, 1_000);

    expect(asked()).toBe(before);
  });

  it('a mounted query shows another user’s data, and none before it', async () => {
    const [auth, other] = openTwoTabs();
    const { queries, orders } = await adasOrders(auth);
    await signedInEverywhere(auth, other);
    const shown = new QueryObserver<{ user: string }>(queries, orders);
    const stop = shown.subscribe(() => {});
    await until(() => shown.getCurrentResult().data?.user === 'ada');
    const atChange: unknown[] = [];
    auth.subscribe(() => atChange.push(queries.getQueryData(orders.queryKey)));

    await other.signIn(server.login('bob'));
    await until(() => shown.getCurrentResult().data?.user === 'bob');
    expect(atChange[0]).toBeUndefined();
    stop();
  });

  it('the cache is empty before a sign-out shows', async () => {
    const { auth, queries, orders } = await adasOrders();
    await queries.fetchQuery(orders);
    const atChange: unknown[] = [];
    auth.subscribe(() => atChange.push(queries.getQueryData(orders.queryKey)));
    await auth.signOut();
    expect(atChange).toEqual([undefined]);
  });
});

describe('mutations and the next user, by the recipe as it stands (P7)', () => {
  function queriesByRecipe(auth: AuthClient) {
    const modules = { '@tanstack/react-query': { QueryClient }, 'silent-refresh': { isAuthError }, './auth': { auth } };
    return recipe<{ queryClient: QueryClient }>('docs/react.md', 'new QueryClient', modules).queryClient;
  }
  const pay = (fetch: AuthClient['fetch']) => ({
    mutationFn: async () => {
      const response = await fetch(`${API}/payments`, { method: 'POST', body: 'Ada’s' });
      if (!response.ok) throw new Error(`answered ${response.status}`);
    },
  });
  afterEach(() => onlineManager.setOnline(true));

  it('a mutation that waits for the network isn’t sent as Bob', async () => {
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    const queries = queriesByRecipe(auth);
    queries.mount();
    onlineManager.setOnline(false);
    void new MutationObserver(queries, pay(auth.fetch)).mutate().catch(() => {});
    await auth.signIn(server.login('bob'));
    onlineManager.setOnline(true);
    await pass(5_000, 100);
    queries.unmount();

    expect(server.apiRequests).toEqual([]);
  });

  it('a mutation that failed isn’t sent again', async () => {
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    server.answerApi = () => Response.error();
    const paid = new MutationObserver(queriesByRecipe(auth), pay(auth.fetch)).mutate().catch((error: unknown) => error);
    expect(await passUntil(paid)).toBeInstanceOf(TypeError);
    server.answerApi = undefined;
    await auth.signIn(server.login('bob'));
    await pass(30_000, 1_000);

    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });
});
