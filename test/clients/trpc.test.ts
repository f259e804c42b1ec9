/** docs/clients/trpc.md, run as it stands there: what works, and what it says doesn't. */

import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink, TRPCClientError } from '@trpc/client';
import { initTRPC, TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { AuthClient } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { expired } from '../given/ada.ts';
import { type Caller, clientRecipe, serves, takeRelativeUrls } from '../given/any-client.ts';
import { reasonOf } from '../given/failures.ts';
import { recipeOf } from '../given/recipe.ts';
import type { AuthServer } from '../world/auth-server.ts';

interface User {
  readonly user: string;
  readonly generation: number;
}
interface Context {
  /** Of the token, if it is a good one. */
  readonly user: User | undefined;
}

const t = initTRPC.context<Context>().create();
const toUsers = t.procedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next({ ctx: { user: ctx.user } });
});
const input = (value: unknown) => value as { readonly id?: string; readonly amount?: number };
const router = t.router({
  order: toUsers.input(input).query(({ ctx }) => ctx.user),
  pay: toUsers.input(input).mutation(({ ctx }) => ctx.user),
  news: t.procedure.query(() => 'for everybody'),
});
type Router = typeof router;
type Api = ReturnType<typeof createTRPCClient<Router>>;

interface ServerPage {
  responseMeta(about: { ctx?: unknown; eagerGeneration?: boolean }): { status?: number };
  contextOf(request: Request, verify: (token: string) => Promise<string>): Promise<{ user: string | undefined }>;
}

/** A tRPC server which refuses a token before it runs anything, by the page; or in its procedures only. */
function answerTRPC(server: AuthServer, where: 'in createContext' | 'in a procedure' = 'in createContext') {
  server.answerApi = async (req, own) => {
    const { contextOf, responseMeta } = await recipeOf<ServerPage>('docs/clients/trpc.md', 'contextOf', {});
    const user = own.status === 401 ? undefined : ((await own.json()) as User);
    const verify = async () => user?.user ?? Promise.reject(new Error('no good'));
    const createContext = async () => {
      if (where === 'in createContext') await contextOf(req, verify);
      return { user };
    };
    return fetchRequestHandler({ endpoint: '/api/trpc', req, router, createContext, responseMeta });
  };
}

/** As on the page. */
const fetchOf = (auth: AuthClient) => (url: RequestInfo | URL, init?: object) => auth.fetch(url, init as RequestInit);

const callerOf = (api: Api): Caller => ({
  read: (path, signal) => api.order.query({ id: path }, { ...(signal && { signal }) }),
  write: (_, body) => api.pay.mutate(body),
  errorIn: (rejection) => (rejection as Error).cause,
});

describe('tRPC in batches', () => {
  serves({
    before: (server) => answerTRPC(server),
    sends: 1,
    // A batch waits for all of its calls: the next test but one.
    aborts: false,
    async open(auth) {
      return callerOf((await clientRecipe<{ api: Api }>('trpc', 'httpBatchLink', auth)).api);
    },
  });
});

describe('tRPC, each call by itself', () => {
  serves({
    before: (server) => answerTRPC(server),
    open: (auth) =>
      callerOf(createTRPCClient<Router>({ links: [httpLink({ url: '/api/trpc', fetch: fetchOf(auth) })] })),
  });
});

describe('tRPC in streamed batches', () => {
  serves({
    before: (server) => answerTRPC(server),
    sends: 1,
    aborts: false,
    open: (auth) =>
      callerOf(createTRPCClient<Router>({ links: [httpBatchStreamLink({ url: '/api/trpc', fetch: fetchOf(auth) })] })),
  });
});

describe('a server that refuses tokens in its procedures only', () => {
  takeRelativeUrls();
  const links = { httpBatchLink, httpBatchStreamLink };

  async function ask(link: keyof typeof links, alone: boolean) {
    const { server, auth } = await expired();
    answerTRPC(server, 'in a procedure');
    const api = createTRPCClient<Router>({ links: [links[link]({ url: '/api/trpc', fetch: fetchOf(auth) })] });
    const [order] = await Promise.all([reasonOf(api.order.query({})), alone ? undefined : api.news.query()]);
    const code = order instanceof TRPCClientError ? order.data.code : 'it works';
    return { code, statuses: server.apiRequests.map(({ status }) => status), refreshes: server.refreshCalls };
  }

  it('a batch in which all calls are refused is a 401, and sent again', async () => {
    expect(await ask('httpBatchLink', true)).toEqual({ code: 'it works', statuses: [401, 200], refreshes: 1 });
  });

  it('a batch in which some calls are refused is a 207, and not sent again', async () => {
    expect(await ask('httpBatchLink', false)).toEqual({ code: 'UNAUTHORIZED', statuses: [207], refreshes: 0 });
  });

  it.each([true, false])('a stream is a 200, and not sent again (alone: %s)', async (alone) => {
    expect(await ask('httpBatchStreamLink', alone)).toEqual({ code: 'UNAUTHORIZED', statuses: [200], refreshes: 0 });
  });
});

describe('a batch is aborted when all of its calls are', () => {
  takeRelativeUrls();

  async function twoWaitingCalls() {
    const { server, auth } = await expired();
    answerTRPC(server);
    const { api } = await clientRecipe<{ api: Api }>('trpc', 'httpBatchLink', auth);
    const held = server.holdRefresh();
    const leaving = [new AbortController(), new AbortController()];
    const calls = leaving.map(({ signal }) => reasonOf(api.order.query({}, { signal })));
    await held.arrived;
    return { server, auth, held, leaving, calls };
  }

  it('all of two: nothing is sent again', async () => {
    const { server, auth, held, leaving, calls } = await twoWaitingCalls();
    for (const each of leaving) each.abort();
    expect(await Promise.all(calls)).toEqual([expect.any(TRPCClientError), expect.any(TRPCClientError)]);
    held.release();
    await auth.refresh();
    expect(server.apiRequests.map(({ status }) => status)).toEqual([401]);
  });

  it('one of two: both are sent again', async () => {
    const { server, held, leaving, calls } = await twoWaitingCalls();
    leaving[0]?.abort();
    held.release();
    expect((await Promise.all(calls))[1]).toBeUndefined();
    expect(server.apiRequests.map(({ status }) => status)).toEqual([401, 200]);
  });
});
