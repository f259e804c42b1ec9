/** P8: an `Authorization` header of the caller’s own is left alone. */

import { describe, expect, it } from 'vitest';
import { watchedTab } from '../../given/watched-tab.ts';
import { API } from '../../world/auth-server.ts';

describe('an Authorization header of one’s own is left alone (P8)', () => {
  const own = 'Basic YTpi';
  const cases: { how: string; request: () => [string | Request, RequestInit?] }[] = [
    { how: 'an object', request: () => [`${API}/x`, { headers: { authorization: own } }] },
    { how: 'an array', request: () => [`${API}/x`, { headers: [['AUTHORIZATION', own]] }] },
    { how: 'Headers', request: () => [`${API}/x`, { headers: new Headers({ Authorization: own }) }] },
    { how: 'a Request', request: () => [new Request(`${API}/x`, { headers: { Authorization: own } })] },
    {
      how: 'a Request with init',
      request: () => [new Request(`${API}/x`, { headers: { Authorization: own } }), { method: 'POST' }],
    },
    {
      how: 'init over a Request',
      request: () => [new Request(`${API}/x`), { headers: { Authorization: own } }],
    },
    {
      how: 'a Request as init',
      request: () => [`${API}/x`, new Request(`${API}/y`, { headers: { Authorization: own } })],
    },
  ];

  it.for(cases)('an Authorization given by $how is sent as it is', async ({ request }) => {
    const { auth, server, sent } = await watchedTab({}, () => new Response('', { status: 401 }));

    expect((await auth.fetch(...request())).status).toBe(401);

    expect(sent).toEqual([{ url: `${API}/x`, authorization: own }]);
    expect(server.refreshCalls).toBe(0);
  });

  it('headers in init replace a Request’s, so the token is added', async () => {
    const { bears } = await watchedTab();
    const request = new Request(`${API}/x`, { headers: { Authorization: own } });
    expect(await bears(request, { headers: { accept: 'text/plain' } })).toBe(true);
  });
});
