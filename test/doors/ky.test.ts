/** `silent-refresh/ky`: ky's own comforts, with the refresh and the replay below them. */

import { HTTPError, type Input, type KyInstance, NetworkError, type Options, TimeoutError } from 'ky';
import { HttpResponse } from 'msw';
import { RefreshUnavailableError, SessionChangedError, SessionExpiredError, SignedOutError } from 'silent-refresh';
import { createKy } from 'silent-refresh/ky';
import { describe, expect, it, vi } from 'vitest';
import { reasonOf } from '../given/failures.ts';
import { API, type ApiRequest, startAuthServer } from '../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { openTab, openTwoTabs, record } from '../world/tabs.ts';
import { gate, rest } from '../world/waiting.ts';

const text = (request: ApiRequest | undefined) => new TextDecoder().decode(request?.body);
const atOnce = { delay: () => 0 };

/** Ada is signed in, in a tab that looks after itself only when asked. */
async function signedIn(options?: Options) {
  const server = startAuthServer();
  show('hidden');
  const auth = openTab();
  await auth.signIn(server.login('ada'));
  return { server, auth, api: createKy(auth, { prefix: API, ...options }) };
}

/** The API refuses Ada's token, though nobody knows it yet. */
async function refused(options?: Options) {
  const world = await signedIn(options);
  world.server.expireAccessTokens();
  return world;
}

describe('ky on auth.fetch', () => {
  it('prefix, searchParams and json() work with the token', async () => {
    const { server, api } = await signedIn();

    expect(await api.get('orders', { searchParams: { page: 2, q: 'ä b' } }).json()).toEqual({
      user: 'ada',
      generation: 1,
    });

    expect(server.apiRequests.map(({ url }) => url)).toEqual([`${API}/orders?page=2&q=%C3%A4+b`]);
    expect(server.apiRequests[0]?.headers.get('accept')).toBe('application/json');
  });

  it('ky without options gives other origins no token (P8)', async () => {
    const server = startAuthServer();
    const sent: (string | null)[] = [];
    const auth = openTab({
      fetch: async (input) => {
        sent.push(input instanceof Request ? input.headers.get('authorization') : null);
        return HttpResponse.json([]);
      },
    });
    await auth.setSession(server.signIn('ada'));
    const api = createKy(auth);

    expect(await api('https://elsewhere.test/x').json()).toEqual([]);
    await api.get(`${API}/x`, { headers: { Authorization: 'Basic YTpi' } });
    await api.get(`${API}/x`);

    expect(sent).toEqual([null, 'Basic YTpi', `Bearer ${await auth.getAccessToken()}`]);
  });

  it('extend() keeps the refresh, and adds what is added', async () => {
    const { server, api } = await refused({ headers: { 'x-app': '1' } });
    const orders = api.extend({ prefix: `${API}/orders`, headers: { 'x-part': '2' } });

    expect(await orders.get('7').json()).toMatchObject({ generation: 2 });

    expect(server.apiRequests.map(({ url, status }) => [url, status])).toEqual([
      [`${API}/orders/7`, 401],
      [`${API}/orders/7`, 200],
    ]);
    for (const { headers } of server.apiRequests) {
      expect([headers.get('x-app'), headers.get('x-part')]).toEqual(['1', '2']);
    }
  });

  it('hooks run once per request, not once per replay', async () => {
    const beforeRequest = vi.fn(({ request }: { request: Request }) => request.headers.set('x-hook', 'yes'));
    const seen: number[] = [];
    const { server, api } = await refused({
      hooks: {
        beforeRequest: [beforeRequest],
        afterResponse: [({ response }) => void seen.push(response.status)],
      },
    });

    await api.get('orders');

    expect(beforeRequest).toHaveBeenCalledTimes(1);
    expect(seen).toEqual([200]);
    expect(server.apiRequests.map(({ headers }) => headers.get('x-hook'))).toEqual(['yes', 'yes']);
  });
});

describe('the replay below ky (P3, P11)', () => {
  const sendings: { how: string; send: (api: KyInstance, path: Input) => Promise<unknown>; body: string }[] = [
    { how: 'a POST with json', send: (api, path) => api.post(path, { json: { n: 1 } }), body: '{"n":1}' },
    { how: 'a PATCH with a string', send: (api, path) => api.patch(path, { body: 'Grüße' }), body: 'Grüße' },
    { how: 'a PUT with a Blob', send: (api, path) => api.put(path, { body: new Blob(['bytes']) }), body: 'bytes' },
    { how: 'a DELETE', send: (api, path) => api.delete(path), body: '' },
  ];

  for (const retry of [0, 2]) {
    it.for(sendings)(`$how is replayed after one refresh, retry ${retry}`, async ({ send, body }) => {
      const { server, api, auth } = await refused({ retry });
      const events = record(auth);

      await send(api, 'orders');

      expect(server.apiRequests.map((request) => [request.status, text(request)])).toEqual([
        [401, body],
        [200, body],
      ]);
      expect(new Set(server.apiRequests.map(({ method }) => method)).size).toBe(1);
      expect(server.refreshCalls).toBe(1);
      expect(events.map(({ name }) => name)).toEqual(['refreshed', 'replayed']);
    });
  }

  it('an upload with onUploadProgress is replayed whole', async () => {
    const { server, api } = await refused({ retry: 0 });
    const content = 'x'.repeat(100_000);
    const progress: number[] = [];
    const body = new FormData();
    body.append('file', new File([content], 'scan.txt'));

    await api.post('upload', { body, onUploadProgress: ({ percent }) => progress.push(percent) });

    expect(server.apiRequests.map(({ status }) => status)).toEqual([401, 200]);
    expect(text(server.apiRequests[1])).toBe(text(server.apiRequests[0]));
    expect(text(server.apiRequests[1])).toContain(content);
    expect(progress.at(-1)).toBe(1);
    // Told of one upload, though there were two.
    expect(progress.filter((percent) => percent === 1)).toHaveLength(1);
  });

  it('a second 401 is an HTTPError with what the API said', async () => {
    const { server, api } = await signedIn({ retry: atOnce });
    server.answerApi = () => HttpResponse.json({ error: 'no' }, { status: 401 });

    const error = await reasonOf(api.get('orders').json());

    expect(error).toBeInstanceOf(HTTPError);
    expect(error).toMatchObject({ response: { status: 401 }, data: { error: 'no' } });
    expect(server.apiRequests).toHaveLength(2);
    expect(server.refreshCalls).toBe(1);
  });

  it('a step-up 401 is an HTTPError with a challenge event', async () => {
    const { server, api, auth } = await signedIn({ retry: atOnce });
    const events = record(auth);
    const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_user_authentication"' };
    server.answerApi = () => new Response('', { status: 401, headers });

    expect(await reasonOf(api.get('payments'))).toBeInstanceOf(HTTPError);

    expect(events.map(({ name }) => name)).toEqual(['challenge']);
    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
  });
});

it.each(['this tab', 'another tab'])(
  'a call of nobody is not retried as whoever signs in in %s (P7)',
  async (where) => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada')).then(here.signOut);
    await rest();
    const api = createKy(here, { retry: { limit: 3, delay: () => 5_000 } });
    server.answerApi = () => new Response('', { status: 500 });
    const call = reasonOf(api.put(`${API}/orders`, { body: 'nobody’s' }));
    await pass(100);
    await passUntil((where === 'this tab' ? here : there).signIn(server.login('bob')));

    expect(await passUntil(call)).toBeInstanceOf(SessionChangedError);
    expect(server.apiRequests.map(({ user }) => user)).toEqual([undefined]);
  },
);

describe('ky’s own retries never multiply a refresh (P1, P3)', () => {
  it('a sick API is tried again by ky, without a refresh', async () => {
    const { server, api } = await signedIn({ retry: { ...atOnce, limit: 3 } });
    server.answerApi = () => (server.apiRequests.length < 3 ? new Response('', { status: 503 }) : undefined);

    expect(await api.get('orders').json()).toMatchObject({ user: 'ada' });

    expect(server.apiRequests.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect(server.refreshCalls).toBe(0);
  });

  it.each([0, 1])('a number says how often: %d', async (retry) => {
    const { server, api } = await signedIn({ retry });
    server.answerApi = () => new Response('', { status: 503, headers: { 'retry-after': '0' } });

    expect(await reasonOf(api.get('orders'))).toMatchObject({ response: { status: 503 } });

    expect(server.apiRequests).toHaveLength(1 + retry);
  });

  it('ky tries a lost answer again, and a 401 costs one refresh', async () => {
    const { server, api } = await refused({ retry: { ...atOnce, limit: 3 } });
    server.answerApi = () => (server.apiRequests.length < 2 ? HttpResponse.error() : undefined);

    expect(await api.get('orders').json()).toMatchObject({ generation: 2 });

    expect(server.apiRequests.map(({ status }) => status)).toEqual([0, 0, 401, 200]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a POST whose answer is lost isn’t sent again', async () => {
    const { server, api } = await signedIn({ retry: atOnce });
    server.answerApi = () => HttpResponse.error();

    expect(await reasonOf(api.post('orders', { json: {} }))).toBeInstanceOf(NetworkError);

    expect(server.apiRequests).toHaveLength(1);
  });

  it('ky told to retry a 401 as well causes one refresh', async () => {
    const { server, api } = await signedIn({ retry: { ...atOnce, limit: 4, statusCodes: [401] } });
    server.answerApi = () => new Response('', { status: 401 });

    expect(await reasonOf(api.get('orders'))).toMatchObject({ response: { status: 401 } });

    expect(server.apiRequests).toHaveLength(6);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('ky’s retry belongs to the user of the first attempt (P7)', () => {
  /** The API is sick once: ky tries again, once it may. */
  async function untilRetried(options?: Options) {
    const mayRetry = gate();
    const failed = gate();
    const world = await signedIn({
      ...options,
      hooks: {
        ...options?.hooks,
        beforeRetry: [
          async () => {
            failed.open();
            await mayRetry.opened;
          },
        ],
      },
      retry: { ...atOnce, methods: ['put', 'get'] },
    });
    world.server.answerApi = () => (world.server.apiRequests.length ? undefined : new Response('', { status: 503 }));
    return { ...world, failed: failed.opened, retry: mayRetry.open };
  }

  it('a retry isn’t sent as the next user', async () => {
    const { server, auth, api, failed, retry } = await untilRetried();
    const request = reasonOf(api.put('profile', { json: { iban: 'Ada’s' } }));
    await failed;
    await auth.signIn(server.login('bob'));
    retry();

    expect(await request).toBeInstanceOf(SessionChangedError);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('a retry isn’t sent without a user', async () => {
    const { server, auth, api, failed, retry } = await untilRetried();
    const request = reasonOf(api.put('profile', { json: { iban: 'Ada’s' } }));
    await failed;
    await auth.signOut();
    retry();

    expect(await request).toBeInstanceOf(SignedOutError);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('a retry goes on with the user’s next token, and later calls with the next user', async () => {
    const { server, auth, api, failed, retry } = await untilRetried();
    const request = api.get('orders').json();
    await failed;
    await auth.refresh();
    retry();

    expect(await request).toEqual({ user: 'ada', generation: 2 });
    await auth.signIn(server.login('bob'));
    expect(await api.get('orders').json()).toMatchObject({ user: 'bob' });
  });

  it('with hooks and extensions of one’s own, too', async () => {
    const name = (options: Options) => {
      options.searchParams = { app: '1' };
    };
    const { server, auth, api, failed, retry } = await untilRetried({ hooks: { init: [name] } });
    const request = reasonOf(api.extend({ hooks: { beforeRequest: [] } }).get('orders'));
    await failed;
    await auth.signIn(server.login('bob'));
    retry();

    expect(await request).toBeInstanceOf(SessionChangedError);
    expect(server.apiRequests.map(({ url }) => url)).toEqual([`${API}/orders?app=1`]);
  });

  it('a call with a `fetch` of its own keeps it', async () => {
    const { server, api } = await signedIn();

    expect(await api.get('orders', { fetch: async () => Response.json('own') }).json()).toBe('own');
    expect(server.apiRequests).toEqual([]);
  });
});

describe('errors of silent-refresh in ky (P12)', () => {
  it('a session that is over is not retried, whatever shouldRetry says', async () => {
    const shouldRetry = vi.fn(() => true);
    const { server, api } = await refused({ retry: { ...atOnce, shouldRetry } });
    server.revoke('ada');

    expect(await reasonOf(api.get('orders'))).toBeInstanceOf(SessionExpiredError);

    expect(shouldRetry).not.toHaveBeenCalled();
    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(1);
  });

  it('a request whose user has signed out meanwhile is not retried', async () => {
    stopClocks();
    const { server, auth, api } = await signedIn({ retry: { ...atOnce, shouldRetry: () => true } });
    jumpWallClock(61_000);
    const held = server.holdRefresh();
    const request = reasonOf(api.get('orders'));
    await held.arrived;
    const signOut = auth.signOut();

    expect(await request).toBeInstanceOf(SignedOutError);
    held.release();
    await signOut;
    expect(server.apiRequests).toHaveLength(0);
  });

  it('a refresh that is unavailable is not retried by itself', async () => {
    const { server, api } = await refused({ retry: atOnce });
    server.answerRefresh = () => new Response('', { status: 500 });

    expect(await reasonOf(api.get('orders'))).toBeInstanceOf(RefreshUnavailableError);

    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(1);
  });

  it('a refresh that is unavailable is retried where shouldRetry says so', async () => {
    stopClocks();
    const errors: unknown[] = [];
    const shouldRetry = ({ error }: { error: Error }) => {
      errors.push(error);
      return true;
    };
    const { server, api } = await refused({ retry: { ...atOnce, limit: 2, shouldRetry } });
    server.answerRefresh = () => (server.refreshCalls > 1 ? HttpResponse.json(server.signIn('ada')) : Response.error());

    const orders = api.get('orders').json();
    await pass(5_000, 100);

    expect(await orders).toMatchObject({ user: 'ada' });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(RefreshUnavailableError);
    expect(server.refreshCalls).toBe(2);
  });

  it('where shouldRetry has no opinion, ky’s own rules hold', async () => {
    const { server, api } = await signedIn({ retry: { ...atOnce, limit: 1, shouldRetry: () => undefined } });
    server.answerApi = () => new Response('', { status: server.apiRequests.length ? 404 : 503 });

    expect(await reasonOf(api.get('orders'))).toMatchObject({ response: { status: 404 } });
    expect(server.apiRequests).toHaveLength(2);
  });

  it('shouldRetry still decides on what is ky’s own', async () => {
    const { server, api } = await signedIn({ retry: { ...atOnce, shouldRetry: () => false } });
    server.answerApi = () => new Response('', { status: 503 });

    expect(await reasonOf(api.get('orders'))).toBeInstanceOf(HTTPError);
    expect(server.apiRequests).toHaveLength(1);
  });
});

describe('ky’s timeout and signal (P12)', () => {
  it('a timeout in mid-refresh frees that caller alone', async () => {
    stopClocks();
    const { server, auth, api } = await signedIn({ timeout: 1_000 });
    jumpWallClock(61_000);
    const held = server.holdRefresh();
    const request = reasonOf(api.get('left'));
    const other = auth.fetch(`${API}/other`);
    await held.arrived;
    await pass(1_000);

    expect(await request).toBeInstanceOf(TimeoutError);
    held.release();
    expect((await other).status).toBe(200);
    await rest();
    expect(server.apiRequests.map(({ url }) => url)).toEqual([`${API}/other`]);
    expect(server.refreshCalls).toBe(1);
  });

  it('an abort in mid-refresh frees that caller alone, with its reason', async () => {
    stopClocks();
    const { server, api } = await signedIn();
    jumpWallClock(61_000);
    const held = server.holdRefresh();
    const leaving = new AbortController();
    const request = reasonOf(api.get('left', { signal: leaving.signal }));
    const other = api.get('other');
    await held.arrived;
    leaving.abort(new Error('gone'));

    expect(await request).toEqual(new Error('gone'));
    held.release();
    expect((await other).status).toBe(200);
    expect(server.apiRequests.map(({ url }) => url)).toEqual([`${API}/other`]);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a call belongs to the user in whose time it was made (P7)', () => {
  it('a slow hook before it sends it as nobody else', async () => {
    const hook = gate();
    const { server, auth, api } = await signedIn({ hooks: { beforeRequest: [() => hook.opened] } });
    const made = reasonOf(api.post('draft', { json: { by: 'ada' } }));
    await auth.signIn(server.login('bob'));
    hook.open();

    expect(await made).toBeInstanceOf(SessionChangedError);
    expect(server.apiRequests).toEqual([]);
  });

  it('a sign-out right after the call keeps it from being sent', async () => {
    const { server, auth, api } = await signedIn();
    const made = reasonOf(api.post('draft', { json: { by: 'ada' } }));
    void auth.signOut();

    expect(await made).toBeInstanceOf(SignedOutError);
    expect(server.apiRequests).toEqual([]);
  });

  it('a call during a sign-in with the cookie waits for that user', async () => {
    const { server, auth, api } = await signedIn();
    await auth.signOut();
    server.signIn('bob');
    const signedInAgain = auth.signIn();
    const made = api.get('orders').json();
    await signedInAgain;

    expect(await made).toMatchObject({ user: 'bob' });
  });
});
