/** P3: the option `shouldRefresh` says which answers mean that the token is no longer good. */

import { http } from 'msw';
import type { AuthClientOptions } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { expired, signedIn } from '../../given/ada.ts';
import { reasonOf } from '../../given/failures.ts';
import { statusesOf } from '../../given/received.ts';
import { times } from '../../given/times.ts';
import { API } from '../../world/auth-server.ts';
import { pass } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { gate, rest } from '../../world/waiting.ts';

type ShouldRefresh = NonNullable<AuthClientOptions['shouldRefresh']>;

describe('shouldRefresh', () => {
  it('shouldRefresh may take another status for “no longer good”', async () => {
    for (const shouldRefresh of [
      (response: Response) => response.status === 419,
      async (response: Response) => {
        await rest();
        return (await response.clone().text()) === 'expired';
      },
    ]) {
      const { server, auth } = await signedIn({ shouldRefresh });
      server.answerApi = () => (server.apiRequests.length ? undefined : new Response('expired', { status: 419 }));

      expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

      expect(server.refreshCalls).toBe(1);
      expect(statusesOf(server)).toEqual([419, 200]);
    }
  });

  it('shouldRefresh has the last word on a 401', async () => {
    const { server, auth } = await expired({ shouldRefresh: () => false });

    const response = await auth.fetch(`${API}/orders`);

    expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_token' }]);
    expect(server.refreshCalls).toBe(0);
  });

  it('shouldRefresh sees each answer to a request with the token', async () => {
    const seen: string[] = [];
    const { server, auth } = await signedIn({
      shouldRefresh(response, request) {
        seen.push(`${response.status} ${request.method} ${request.url}`);
        return false;
      },
    });
    network.use(http.get('https://elsewhere.test/', () => new Response('', { status: 401 })));

    await auth.fetch(`${API}/orders?a=1`, { method: 'post', body: 'x' });
    await auth.fetch('https://elsewhere.test/');
    await auth.signOut();
    await auth.fetch(`${API}/public`);

    expect(seen).toEqual([`200 POST ${API}/orders?a=1`]);
    expect(server.apiRequests).toHaveLength(2);
  });

  it('shouldRefresh that always says yes causes no loop', async () => {
    const { server, auth } = await signedIn({ shouldRefresh: () => true });

    for (const path of times(10, String)) expect((await auth.fetch(`${API}/${path}`)).status).toBe(200);

    expect(server.refreshCalls).toBe(3);
    expect(server.apiRequests).toHaveLength(13);
  });

  it.each<[string, ShouldRefresh]>([
    ['gives undefined', () => undefined],
    ['gives a promise of undefined', async () => undefined],
    [
      'throws',
      () => {
        throw new RangeError('mine');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('mine'))],
  ])('the built-in rule decides where shouldRefresh %s', async (how, shouldRefresh) => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const { server, auth } = await expired({ shouldRefresh });

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(statusesOf(server)).toEqual([401, 200]);
    // That of the first answer, and that of the replay.
    const isError = how === 'throws' || how === 'rejects';
    expect(reported.mock.calls.flat()).toEqual(isError ? [new RangeError('mine'), new RangeError('mine')] : []);
  });

  it('shouldRefresh that throws doesn’t take the answer of a request that was processed', async () => {
    vi.stubGlobal('reportError', vi.fn());
    const { server, auth } = await signedIn({
      shouldRefresh: async (response) => (await response.clone().json()).error === 'expired',
    });
    server.answerApi = () => new Response(null, { status: 204 });

    expect((await auth.fetch(`${API}/orders`, { method: 'POST', body: 'x' })).status).toBe(204);
  });

  it('the built-in rule decides where shouldRefresh takes longer than refreshTimeout (P12)', async () => {
    const { server, auth } = await expired({
      clocks: 'stopped',
      shouldRefresh: () => (server.apiRequests.length > 1 ? false : new Promise<boolean>(() => {})),
    });
    const status = auth.fetch(`${API}/orders`).then((response) => response.status);
    await pass(9_999);
    expect(server.refreshCalls).toBe(0);
    await pass(1);

    expect(await status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('dispose() doesn’t wait for shouldRefresh (P12)', async () => {
    const { auth } = await signedIn({ shouldRefresh: () => new Promise(() => {}) });
    const status = auth.fetch(`${API}/orders`).then((response) => response.status);
    await rest();
    auth.dispose();

    expect(await status).toBe(200);
  });
});

describe('shouldRefresh judges the replay, too (P3)', () => {
  /** An API that speaks GraphQL: its status is 200 whatever happens. */
  async function graphql() {
    const { server, auth } = await signedIn({
      shouldRefresh: async (response) => {
        const { errors } = await response.clone().json();
        return errors?.[0]?.code === 'UNAUTHENTICATED';
      },
    });
    let good = 0;
    server.answerApi = (request) => {
      const isGood = server.refreshCalls >= good && request.headers.has('authorization');
      return Response.json(isGood ? { data: 'orders' } : { errors: [{ code: 'UNAUTHENTICATED' }] });
    };
    const ask = async () => (await auth.fetch(`${API}/graphql`, { method: 'POST', body: '{orders}' })).json();
    /** Tokens before the next refresh, or before that many, are no longer good. */
    const expire = (refreshes = 1) => {
      good = server.refreshCalls + refreshes;
    };
    return { server, ask, expire };
  }

  it('a replay with the first answer’s status has worked for shouldRefresh', async () => {
    const { server, ask, expire } = await graphql();

    for (let expiry = 1; expiry <= 4; expiry++) {
      expire();
      expect(await ask()).toEqual({ data: 'orders' });
      expect(server.refreshCalls).toBe(expiry);
    }
  });

  it('a replay that shouldRefresh refuses costs no second refresh', async () => {
    const { server, ask, expire } = await graphql();
    expire(Infinity);

    for (let call = 0; call < 5; call++) expect(await ask()).toEqual({ errors: [{ code: 'UNAUTHENTICATED' }] });

    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(6);
  });

  it('a replay that shouldRefresh refuses by another status is no success', async () => {
    const { server, auth } = await signedIn({ shouldRefresh: ({ status }) => status === 419 || status === 440 });
    server.answerApi = () => new Response('', { status: server.apiRequests.length % 2 ? 440 : 419 });

    for (let call = 0; call < 5; call++) expect([419, 440]).toContain((await auth.fetch(`${API}/orders`)).status);

    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(6);
  });

  it('shouldRefresh sees the replay’s answer, with URL and method, too', async () => {
    const seen: string[] = [];
    const { server, auth } = await signedIn({
      shouldRefresh(response, request) {
        seen.push(`${response.status} ${request.method} ${request.url}`);
        return response.status === 401;
      },
    });
    server.expireAccessTokens();

    const response = await auth.fetch(`${API}/orders?a=1`, { method: 'post', body: 'x' });

    expect(await response.json()).toMatchObject({ user: 'ada' });
    expect(seen).toEqual([`401 POST ${API}/orders?a=1`, `200 POST ${API}/orders?a=1`]);
  });
});

it('a caller who leaves doesn’t wait for shouldRefresh (P12)', async () => {
  const judging = gate();
  const { server, auth } = await signedIn({
    shouldRefresh: () => {
      judging.open();
      return new Promise(() => {});
    },
  });
  const leaving = new AbortController();
  const request = reasonOf(auth.fetch(`${API}/orders`, { signal: leaving.signal }));
  await judging.opened;
  leaving.abort(new Error('gone'));

  expect(await request).toEqual(new Error('gone'));
  expect(server.refreshCalls).toBe(0);
});
