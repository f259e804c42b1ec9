/** P3: a 401 or 403 that no refresh could cure, as of a step-up challenge, is the caller’s answer and an event. */

import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { API } from '../../world/auth-server.ts';
import { network } from '../../world/network.ts';
import { refusal } from '../../world/refusal.ts';
import { record } from '../../world/tabs.ts';

describe('what a refresh can’t give', () => {
  const challenged = async (status: number, header: string) => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.answerApi = () => refusal(status, header);
    const response = await auth.fetch(`${API}/payments?card=4242`, { method: 'POST', body: 'pay' });
    return { server, events, response };
  };

  it('a step-up 401 is the caller’s answer and an event', async () => {
    const { server, events, response } = await challenged(
      401,
      'Bearer error="insufficient_user_authentication", error_description="A fresher, stronger sign-in is needed", acr_values="urn:gold urn:silver", max_age="300"',
    );

    expect([response.status, await response.json()]).toEqual([401, { error: 'refused' }]);
    expect(events).toEqual([
      {
        name: 'challenge',
        detail: {
          method: 'POST',
          url: `${API}/payments`,
          status: 401,
          error: 'insufficient_user_authentication',
          scope: undefined,
          acrValues: 'urn:gold urn:silver',
          maxAge: 300,
        },
      },
    ]);
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toHaveLength(1);
  });

  // A server may name what it would ask for with any answer (RFC 9110 §11.6.1).
  it.for([200, 404, 500])('what comes with a %i is no challenge', async (status) => {
    const { events, response } = await challenged(status, 'Bearer error="insufficient_scope", scope="orders:write"');

    expect(response.status).toBe(status);
    expect(events).toEqual([]);
  });

  it.for([401, 403])('insufficient_scope with %i is an event and costs no refresh', async (status) => {
    const { server, events, response } = await challenged(
      status,
      'Bearer realm="shop, online", error=insufficient_scope, scope="orders:read orders:write"',
    );

    expect(response.status).toBe(status);
    expect(events).toMatchObject([
      { name: 'challenge', detail: { status, error: 'insufficient_scope', scope: 'orders:read orders:write' } },
    ]);
    expect(events[0]?.detail).toMatchObject({ acrValues: undefined, maxAge: undefined });
    expect(server.refreshCalls).toBe(0);
  });

  it.for([
    '',
    'Bearer',
    'Bearer realm="shop"',
    'Bearer error="invalid_token"',
    'Basic realm="error=insufficient_scope"',
  ])('a plain 403 is no event and costs no refresh: %j', async (header) => {
    const { server, events, response } = await challenged(403, header);

    expect(response.status).toBe(403);
    expect(events).toEqual([]);
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toHaveLength(1);
  });

  it.for([
    'Basic realm="a, b", Bearer realm="c", error="insufficient_scope", scope="s"',
    'DPoP algs="ES256", error="invalid_token", Bearer error="insufficient_scope", scope="s"',
    'Bearer error="insufficient_scope", scope="s", Basic realm="error=invalid_token"',
    'Bearer scope="s", error="insufficient_scope", DPoP error="invalid_token"',
    'bearer ERROR = "insufficient_scope" , Scope="s"',
    'Basic realm="a, Bearer b", Bearer error="insufficient_scope", scope="s"',
    'Bearer realm="say \\"x\\", error=invalid_token", error="insufficient_scope", scope="s"',
    'Negotiate, Bearer error="insufficient_scope",scope="s"',
  ])('the Bearer challenge is found among others: %s', async (header) => {
    const { server, events, response } = await challenged(401, header);

    expect(response.status).toBe(401);
    expect(events).toMatchObject([{ name: 'challenge', detail: { error: 'insufficient_scope', scope: 's' } }]);
    expect(server.refreshCalls).toBe(0);
  });

  it.for([
    '',
    'Bearer',
    'Bearer realm="a"',
    'Bearer realm="a", error="invalid_token", error_description="It has expired, error=insufficient_scope"',
    'Bearer error_description="no error=insufficient_scope here", error="invalid_token"',
    'Bearer error="invalid_token", DPoP error="use_dpop_nonce"',
    'Bearer realm="a", DPoP error="use_dpop_nonce"',
    'Basic realm="a, Bearer error=insufficient_scope", Bearer error="invalid_token"',
    'DPoP error="insufficient_scope"',
    'Basic realm="bearer error=insufficient_scope"',
  ])('a 401 that only wants a good token is refreshed: %j', async (header) => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.answerApi = () => (server.apiRequests.length ? undefined : refusal(401, header));

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

    expect(server.refreshCalls).toBe(1);
    expect(events.map(({ name }) => name)).toEqual(['refreshed', 'replayed']);
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

  it('a challenge from where a replay was redirected is no event', async () => {
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

it.each([`Bearer error='invalid_token'`, 'Bearer error="Invalid_Token"', 'Bearer realm="x", error=invalid_token'])(
  'a 401 with %s is one that a refresh cures',
  async (header) => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.answerApi = () => (server.refreshCalls ? undefined : refusal(401, header));

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(events.map(({ name }) => name)).toEqual(['refreshed', 'replayed']);
  },
);
