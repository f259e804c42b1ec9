/** P3: what an answer says is heard, be it the first one or the replay's; and what was processed is not sent again. */

import { http } from 'msw';
import type { AuthClientOptions } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { statusesOf } from '../../given/received.ts';
import { API } from '../../world/auth-server.ts';
import { network } from '../../world/network.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab, record } from '../../world/tabs.ts';

describe('a redirected answer (P3)', () => {
  /** Each request to /orders is processed and redirected, to a page that refuses every token. */
  async function redirecting(status: number, options: Partial<AuthClientOptions> = {}) {
    const { server, auth } = await signedIn(options);
    const processed: string[] = [];
    network.use(
      http.all(`${API}/orders`, async ({ request }) => {
        processed.push(`${request.method} ${await request.text()}`);
        return new Response(null, { status, headers: { Location: `${API}/done` } });
      }),
    );
    server.answerApi = () => refusal();
    return { server, auth, processed };
  }

  it.for([
    { method: 'POST', status: 303 },
    { method: 'POST', status: 302 },
    { method: 'POST', status: 301 },
    { method: 'POST', status: 307 },
    { method: 'POST', status: 308 },
    { method: 'PUT', status: 303 },
    { method: 'PATCH', status: 303 },
    { method: 'DELETE', status: 303 },
  ])('a $method that was redirected by $status is not sent twice', async ({ method, status }) => {
    const { server, auth, processed } = await redirecting(status);
    const events = record(auth);

    const response = await auth.fetch(`${API}/orders`, { method, body: 'one' });

    expect([response.status, await response.json()]).toEqual([401, { error: 'refused' }]);
    expect(processed).toEqual([`${method} one`]);
    expect(server.refreshCalls).toBe(0);
    expect(events).toEqual([]);
  });

  it('whatever shouldRefresh says, a redirected POST is not sent twice', async () => {
    const { server, auth, processed } = await redirecting(303, { shouldRefresh: () => true });

    expect((await auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' })).status).toBe(401);

    expect(processed).toEqual(['POST one']);
    expect(server.refreshCalls).toBe(0);
  });

  it('a POST given as a Request is not sent twice once redirected', async () => {
    const { server, auth, processed } = await redirecting(303);

    const request = new Request(`${API}/orders`, { method: 'POST', body: 'one' });
    expect((await auth.fetch(request)).status).toBe(401);

    expect(processed).toEqual(['POST one']);
    expect(server.refreshCalls).toBe(0);
  });

  it.for(['GET', 'HEAD', 'OPTIONS'])('%s: redirected to a 401, it is refreshed and sent again', async (method) => {
    const { server, auth, processed } = await redirecting(302);
    server.answerApi = undefined;
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/orders`, { method })).status).toBe(200);

    expect(processed).toEqual([`${method} `, `${method} `]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a POST that was not redirected is refreshed and sent again', async () => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' })).status).toBe(200);

    expect(statusesOf(server)).toEqual([401, 200]);
  });
});

describe('a challenge to the replay (P3)', () => {
  it.for([
    { status: 401, error: 'insufficient_user_authentication', more: 'acr_values="gold", max_age="300"' },
    { status: 401, error: 'insufficient_scope', more: 'scope="pay"' },
    { status: 403, error: 'insufficient_scope', more: 'scope="pay"' },
  ])('a replay answered $status $error fires a challenge', async ({ status, error, more }) => {
    const challenge = `Bearer error="${error}", ${more}`;
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.answerApi = () => (server.apiRequests.length ? refusal(status, challenge) : refusal());

    const response = await auth.fetch(`${API}/payments?card=4242`, { method: 'POST', body: 'pay' });

    expect([response.status, await response.json()]).toEqual([status, { error: 'refused' }]);
    const challenges = events.filter(({ name }) => name === 'challenge');
    expect(challenges.map(({ detail }) => detail)).toMatchObject([
      { method: 'POST', url: `${API}/payments`, status, error },
    ]);
    expect(events.map(({ name }) => name).filter((name) => name !== 'challenge')).toEqual(['refreshed', 'replayed']);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(2);
  });

  it('a challenge from where the replay was redirected to is none of ours', async () => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    const elsewhere = { Location: 'https://elsewhere.test/' };
    network.use(
      http.get(`${API}/orders`, () => refusal(), { once: true }),
      http.get(`${API}/orders`, () => new Response(null, { status: 302, headers: elsewhere })),
      http.get('https://elsewhere.test/', () => refusal(403, 'Bearer error="insufficient_scope"')),
    );

    expect((await auth.fetch(`${API}/orders`)).status).toBe(403);

    expect(events.map(({ name }) => name)).toEqual(['refreshed', 'replayed']);
    expect(server.refreshCalls).toBe(1);
  });

  it('a replay that asks for more has had its token accepted', async () => {
    const { server, auth } = await signedIn();
    const stepUp = () => refusal(401, 'Bearer error="insufficient_user_authentication"');
    server.answerApi = () => (server.apiRequests.length ? stepUp() : refusal());
    await auth.fetch(`${API}/payments`);
    server.answerApi = undefined;
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/payments`)).status).toBe(200);

    expect(server.refreshCalls).toBe(2);
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

it('An answer that was redirected, and doesn’t say where to, is the caller’s', async () => {
  const redirected = () => Object.defineProperties(new Response('{}'), { redirected: { value: true } });
  const auth = openTab({ fetch: async () => redirected() });
  await auth.setSession({ access_token: 'opaque', expires_in: 60 });

  expect((await auth.fetch(`${API}/orders`, { method: 'POST' })).status).toBe(200);
});
