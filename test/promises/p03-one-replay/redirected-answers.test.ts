/** P3: a request that was redirected has been processed, so it is not sent again, unless it is safe to. */

import { http } from 'msw';
import type { AuthClientOptions } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { expired, signedIn } from '../../given/ada.ts';
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

  it('a redirected POST is not sent twice, whatever shouldRefresh says', async () => {
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

  it.for(['GET', 'HEAD', 'OPTIONS'])('a safe request redirected to a 401 is sent again: %s', async (method) => {
    const { server, auth, processed } = await redirecting(302);
    server.answerApi = undefined;
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/orders`, { method })).status).toBe(200);

    expect(processed).toEqual([`${method} `, `${method} `]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a POST that was not redirected is refreshed and sent again', async () => {
    const { server, auth } = await expired();

    expect((await auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' })).status).toBe(200);

    expect(statusesOf(server)).toEqual([401, 200]);
  });
});

it('an answer redirected from nobody knows where is the caller’s', async () => {
  const redirected = () => Object.defineProperties(new Response('{}'), { redirected: { value: true } });
  const auth = openTab({ fetch: async () => redirected() });
  await auth.setSession({ access_token: 'opaque', expires_in: 60 });

  expect((await auth.fetch(`${API}/orders`, { method: 'POST' })).status).toBe(200);
});
