/** What docs/comparison.md says that other solutions do after a 401: those whose libraries are installed here, run. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type BaseQueryApi, type BaseQueryFn, fetchBaseQuery } from '@reduxjs/toolkit/query';
import { createAlova } from 'alova';
import { createServerTokenAuthentication } from 'alova/client';
import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it } from 'vitest';

interface Faults {
  /** How long each request takes, in milliseconds. */
  readonly takes?: readonly number[];
  readonly refusesAll?: boolean;
  readonly losesRefresh?: boolean;
}

/** The first token is refused, and a refresh gives the second one. */
function startServer({ takes = [], refusesAll, losesRefresh }: Faults) {
  const seen = { token: 1, requests: 0, refreshes: 0, signOuts: 0 };
  const answer = async (token: number) => {
    await sleep(takes[seen.requests++] ?? 5);
    return !refusesAll && token === 2 ? 200 : 401;
  };
  const refresh = async () => {
    seen.refreshes++;
    await sleep(30);
    if (losesRefresh) throw new TypeError('no network');
    seen.token = 2;
  };
  return { seen, answer, refresh };
}
type Server = ReturnType<typeof startServer>;
/** Gives the status, or throws. */
type Get = (path: string) => Promise<unknown>;

type Waiting = readonly [resolve: () => void, reject: (error: unknown) => void];

/** docs/migration.md has it as it is copied. */
function failedQueue({ seen, answer, refresh }: Server): Get {
  const adapter = async (config: InternalAxiosRequestConfig) => {
    const status = await answer(seen.token);
    const response: AxiosResponse = { status, data: status, statusText: '', headers: {}, config };
    if (status === 200) return response;
    throw new AxiosError('refused', undefined, config, undefined, response);
  };
  const api = axios.create({ adapter });
  let isRefreshing = false;
  let queue: Waiting[] = [];
  const processQueue = (error?: unknown) => {
    for (const [resolve, reject] of queue) error ? reject(error) : resolve();
    queue = [];
  };
  /** Without the interceptor, so a second 401 is the answer. */
  const again = (config: object) => axios.create({ adapter }).request(config);
  api.interceptors.response.use(undefined, async (error) => {
    if (error.response?.status !== 401) throw error;
    if (isRefreshing) {
      await new Promise<void>((...settle) => queue.push(settle));
      return again(error.config);
    }
    isRefreshing = true;
    try {
      await refresh();
      processQueue();
      return await again(error.config);
    } catch (refreshError) {
      processQueue(refreshError);
      seen.signOuts++;
      throw refreshError;
    } finally {
      isRefreshing = false;
    }
  });
  return async (path) => (await api.get(path)).data;
}

/** The recipe of RTK Query's documentation; a promise is its mutex. */
function mutexRecipe({ seen, answer, refresh }: Server): Get {
  const fetchFn: typeof fetch = async (request) => {
    if (!(request as Request).url.includes('refreshToken'))
      return Response.json({}, { status: await answer(seen.token) });
    await refresh();
    return Response.json({ token: 2 });
  };
  const baseQuery = fetchBaseQuery({ baseUrl: 'https://api.example.com/', fetchFn });
  let locked: Promise<void> | undefined;
  const withReauth: BaseQueryFn = async (args, api, extra) => {
    await locked;
    const result = await baseQuery(args, api, extra);
    if (result.error?.status !== 401) return result;
    if (locked) {
      await locked;
      return baseQuery(args, api, extra);
    }
    let release = () => {};
    locked = new Promise((resolve) => {
      release = resolve;
    });
    try {
      const refreshed = await baseQuery('/refreshToken', api, extra);
      if (refreshed.data) return await baseQuery(args, api, extra);
      seen.signOuts++;
      return result;
    } finally {
      locked = undefined;
      release();
    }
  };
  const api = { signal: new AbortController().signal } as BaseQueryApi;
  return async (path) => {
    const { error } = await withReauth(path, api, {});
    if (error) throw error;
    return 200;
  };
}

function alova({ seen, answer, refresh }: Server): Get {
  const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication({
    refreshTokenOnSuccess: {
      isExpired: (response: { status: number }) => response.status === 401 && seen.refreshes < 20,
      handler: refresh,
    },
  });
  const client = createAlova({
    cacheFor: null,
    shareRequest: false,
    requestAdapter: () => {
      const status = answer(seen.token);
      const response = async () => Response.json({}, { status: await status });
      return { response, headers: async () => new Headers(), abort() {} };
    },
    beforeRequest: onAuthRequired(() => {}),
    responded: onResponseRefreshToken((response: { status: number }) => {
      if (response.status === 401) throw new Error('refused');
      return response.status;
    }),
  });
  return (path) => client.Get(path).send();
}

async function run(solution: (server: Server) => Get, requests: number, faults: Faults = {}) {
  const server = startServer(faults);
  const get = solution(server);
  const outcomes = Array.from({ length: requests }, async (_, index) => {
    const call = get(`/orders/${index}`).then(
      () => 'answered',
      () => 'rejected',
    );
    return Promise.race([call, sleep(1_500, 'waits for ever')]);
  });
  return { outcomes: await Promise.all(outcomes), ...server.seen };
}

const solutions = { failedQueue, mutexRecipe, alova };

describe.each(Object.entries(solutions))('%s', (name, solution) => {
  it('shares one refresh among requests that are refused together', async () => {
    const { outcomes, refreshes } = await run(solution, 5);
    expect(outcomes).toEqual(Array(5).fill('answered'));
    expect(refreshes).toBe(1);
  });

  it('refreshes again for a 401 that comes after the refresh', async () => {
    expect(await run(solution, 2, { takes: [5, 100] })).toMatchObject({ refreshes: 2 });
  });

  it('refreshes once for a request that is always refused, but alova until it is stopped', async () => {
    expect(await run(solution, 1, { refusesAll: true })).toMatchObject({ refreshes: name === 'alova' ? 20 : 1 });
  });

  it('signs out where a refresh has no network, but alova leaves who waits unanswered', async () => {
    const { outcomes, signOuts } = await run(solution, 2, { losesRefresh: true });
    expect(outcomes).toEqual(['rejected', name === 'alova' ? 'waits for ever' : 'rejected']);
    expect(signOuts > 0).toBe(name !== 'alova');
  });
});
