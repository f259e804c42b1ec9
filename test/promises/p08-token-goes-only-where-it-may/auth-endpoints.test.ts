/** P8: the auth endpoints get no token from `auth.fetch`; the API does, also where it shares an address with one of them. */

import { HttpResponse, http } from 'msw';
import { bodyRefresh, cookieRefresh } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { network } from '../../world/network.ts';
import { openTab } from '../../world/tabs.ts';

const ORIGIN = 'https://app.test';

/** The `Authorization` of each request to a path of the page's own origin. */
function authorizationsAt(path: string) {
  const seen: (string | null)[] = [];
  network.use(
    http.all(`${ORIGIN}${path}`, ({ request }) => {
      seen.push(request.headers.get('authorization'));
      return HttpResponse.json({});
    }),
  );
  return seen;
}

const signedIn = async (options: Parameters<typeof openTab>[0]) => {
  const auth = openTab(options);
  await auth.setSession({ access_token: 'opaque', refresh_token: 'r1', expires_in: 600 });
  return auth;
};

describe('an address that the auth server and the API share', () => {
  it('another query is another endpoint', async () => {
    const seen = authorizationsAt('/api.php');
    const auth = await signedIn({ refresh: '/api.php?action=refresh', signOut: '/api.php?action=logout' });

    await auth.fetch('/api.php?action=orders', { method: 'POST' });
    await auth.fetch('/api.php?action=refresh', { method: 'POST' });
    await auth.fetch('/api.php?action=logout', { method: 'post' });

    expect(seen).toEqual(['Bearer opaque', null, null]);
  });

  it('an endpoint without a query has all queries', async () => {
    const seen = authorizationsAt('/refresh');
    const auth = await signedIn({ refresh: '/refresh' });

    await auth.fetch('/refresh?again=1', { method: 'POST' });

    expect(seen).toEqual([null]);
  });

  it('another method is another endpoint', async () => {
    const seen = authorizationsAt('/session');
    const auth = await signedIn({
      refresh: cookieRefresh({ url: '/session', method: 'PUT' }),
      signOut: { url: '/session', method: 'DELETE' },
    });

    await auth.fetch('/session');
    await auth.fetch(new Request(`${ORIGIN}/session`, { method: 'POST' }));
    await auth.fetch('/session', { method: 'PUT' });
    await auth.fetch(new Request(`${ORIGIN}/session`, { method: 'DELETE' }));

    expect(seen).toEqual(['Bearer opaque', 'Bearer opaque', null, null]);
  });

  it('a sign-out is sent by POST: other methods of its address are the API’s', async () => {
    const seen = authorizationsAt('/session');
    const auth = await signedIn({ refresh: '/refresh', signOut: '/session' });

    await auth.fetch('/session');
    await auth.fetch('/session', { method: 'POST' });

    expect(seen).toEqual(['Bearer opaque', null]);
  });

  it('a strategy of one’s own that tells no method has all methods', async () => {
    const seen = authorizationsAt('/refresh');
    const auth = await signedIn({ refresh: { url: '/refresh', request: async () => new Response() } });

    await auth.fetch('/refresh');
    await auth.fetch('/refresh', { method: 'POST' });

    expect(seen).toEqual([null, null]);
  });

  it('a GraphQL endpoint that takes the refresh token in the body is the API, too', async () => {
    const seen = authorizationsAt('/graphql');
    const auth = await signedIn({
      refresh: bodyRefresh({ url: '/graphql', format: 'json', body: (token) => ({ token }) }),
    });

    await auth.fetch('/graphql', { method: 'POST', body: '{}' });

    expect(seen).toEqual(['Bearer opaque']);
  });
});
