/** P8: the token stays where it may be, wherever a redirect leads. */

import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { watchedTab } from '../../given/watched-tab.ts';
import { API } from '../../world/auth-server.ts';
import { network } from '../../world/network.ts';
import { record } from '../../world/tabs.ts';

describe('redirects (P8)', () => {
  const redirected = (url: string, status = 401) =>
    Object.defineProperties(
      new Response('', { status, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } }),
      {
        redirected: { value: true },
        url: { value: url },
      },
    );

  it.for(['https://elsewhere.test/x', 'https://api.test:8443/x', 'https://app.test/api/x', 'https://api.test/v2/x'])(
    'a 401 from %s, where a redirect led, is the answer',
    async (url) => {
      const { auth, server, sent } = await watchedTab({ allowedOrigins: ['https://api.test/v1'] }, () =>
        redirected(url),
      );
      const events = record(auth);

      expect((await auth.fetch(`${API}/v1/x`)).status).toBe(401);

      expect(sent).toHaveLength(1);
      expect(server.refreshCalls).toBe(0);
      expect(events).toEqual([]);
    },
  );

  it('a challenge from where a redirect led is no event', async () => {
    const { auth } = await watchedTab({}, () => {
      const response = redirected('https://elsewhere.test/x', 403);
      response.headers.set('WWW-Authenticate', 'Bearer error="insufficient_scope"');
      return response;
    });
    const events = record(auth);

    expect((await auth.fetch(`${API}/x`)).status).toBe(403);

    expect(events).toEqual([]);
  });

  it('a redirect within the list is refreshed and sent again', async () => {
    const answers = [redirected(`${API}/v1/new`), new Response('here')];
    const { auth, server, sent } = await watchedTab(
      { allowedOrigins: ['https://api.test/v1'] },
      () => answers.shift() ?? new Response(),
    );

    expect(await (await auth.fetch(`${API}/v1/old`)).text()).toBe('here');

    expect(sent.map(({ url }) => url)).toEqual([`${API}/v1/old`, `${API}/v1/old`]);
    expect(server.refreshCalls).toBe(1);
  });

  it('the token follows no redirect beyond the origin, over the wire', async () => {
    const { server, auth } = await signedIn();
    const elsewhere: (string | null)[] = [];
    network.use(
      http.get(`${API}/inside`, () => HttpResponse.redirect(`${API}/orders`, 302)),
      http.get(`${API}/outside`, () => HttpResponse.redirect('https://elsewhere.test/x', 302)),
      http.get('https://elsewhere.test/x', ({ request }) => {
        elsewhere.push(request.headers.get('authorization'));
        return new HttpResponse('', { status: 401 });
      }),
    );

    expect((await auth.fetch(`${API}/outside`)).status).toBe(401);
    expect(elsewhere).toEqual([null]);
    expect(server.refreshCalls).toBe(0);

    server.expireAccessTokens();
    expect((await auth.fetch(`${API}/inside`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });
});
