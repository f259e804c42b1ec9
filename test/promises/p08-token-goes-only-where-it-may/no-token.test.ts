/** P8: requests that bear no token at all: signed out, nobody signed in, the auth endpoints. */

import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { watchedTab } from '../../given/watched-tab.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { openTab } from '../../world/tabs.ts';

describe('no token (P8)', () => {
  it('a request bears no token when signed out', async () => {
    const { server, auth } = await signedIn();
    await auth.signOut();

    const response = await auth.fetch(`${API}/orders`, { method: 'POST', body: 'x' });

    expect(response.status).toBe(401);
    expect(server.apiRequests.map(({ authorization }) => authorization)).toEqual([null]);
    expect(server.refreshCalls).toBe(0);
  });

  it('a request bears no token when nobody was signed in', async () => {
    const server = startAuthServer();
    const auth = openTab();

    await auth.fetch(`${API}/orders`);
    await auth.fetch(`${API}/orders`);

    expect(server.apiRequests.map(({ authorization }) => authorization)).toEqual([null, null]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a request to the auth endpoints bears no token', async () => {
    const { auth, bears, server, sent } = await watchedTab(
      { allowedOrigins: ['https://app.test'] },
      () => new Response('', { status: 401 }),
    );
    expect(await bears('/auth/refresh', { method: 'POST' })).toBe(false);
    expect(await bears('https://app.test/auth/refresh?x#y', { method: 'POST' })).toBe(false);
    expect(await bears('/auth/logout', { method: 'POST' })).toBe(false);
    expect(sent).toHaveLength(3);
    expect(server.refreshCalls).toBe(0);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('the refresh and the sign-out themselves bear no token', async () => {
    const { server, auth } = await signedIn();
    await auth.refresh();
    await auth.signOut();

    expect(server.refreshRequests.map(({ headers }) => headers.get('authorization'))).toEqual([null]);
    expect(server.logoutRequests.map(({ headers }) => headers.get('authorization'))).toEqual([null]);
  });
});
