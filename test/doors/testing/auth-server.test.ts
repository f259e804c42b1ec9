/** `authServer()`: the strict server behind msw, and the real client before it. */

import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { login, openPage, serve, signedIn, statusOf } from '../../given/mocked-server.ts';
import { passUntil, stopClocks } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { pageFetch, show, withoutPage } from '../../world/page.ts';
import { newBrowser, openTab, openTwoTabs, signedInEverywhere } from '../../world/tabs.ts';

describe('a session', () => {
  it('begins with a login, is refreshed, and ends with a sign-out', async () => {
    const { server, auth } = await signedIn({ users: { ada: { password: 'secret', claims: { role: 'admin' } } } });
    expect(auth.getState()).toMatchObject({ subject: 'ada', claims: { sub: 'ada', role: 'admin' } });
    server.expireAccessTokens();
    const response = await auth.fetch('/api/orders');

    expect([response.status, await response.json()]).toEqual([200, { user: 'ada' }]);
    expect(server.counts).toEqual({ refreshes: 1, reuseAlarms: 0, requests: { ada: 2 } });
    const headers = { Authorization: `Bearer ${await auth.getAccessToken()}` };
    expect(await auth.signOut()).toEqual({ serverConfirmed: true });
    expect((await pageFetch('/api/orders', { headers })).status).toBe(401);
    expect(await openPage().restore()).toEqual({ status: 'signed-out', reason: 'no-session' });
  });

  it('is there for a page that is loaded anew', async () => {
    const server = serve();
    server.signIn('ada');
    expect(await openPage().restore()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.counts.refreshes).toBe(1);
  });

  it('can begin by a login handler of the test’s own', async () => {
    const server = serve();
    network.use(http.post('https://app.test/login', () => server.signIn('ada')));
    const auth = openPage();
    await auth.signIn(() => pageFetch('/login', { method: 'POST' }));
    expect(await statusOf(auth)).toBe(200);
  });

  it.each([
    ['JSON', JSON.stringify({ email: 'ada', password: 'secret' }), { 'Content-Type': 'application/json' }],
    ['a form', new URLSearchParams({ username: 'ada', password: 'secret' }), {}],
  ])('a login by %s is understood', async (_, body, headers: HeadersInit) => {
    serve({ users: { ada: { password: 'secret' } } });
    expect((await pageFetch('/auth/login', { method: 'POST', body, headers })).status).toBe(200);
  });

  it.each([
    ['the wrong password', login.bind(undefined, 'ada', 'guess')],
    ['an unknown user', login.bind(undefined, 'toString')],
    ['no user', () => pageFetch('/auth/login', { method: 'POST', body: 'nothing' })],
  ])('%s is refused', async (_, request) => {
    const server = serve({ users: { ada: { password: 'secret' } } });
    const auth = openPage();
    expect(await failureOf(auth.signIn(request))).toMatchObject({ code: 'sign-in-failed', response: { status: 401 } });
    expect(await failureOf(auth.signIn())).toMatchObject({ code: 'sign-in-failed' });
    expect(server.counts.refreshes).toBe(1);
  });

  it('access tokens live as long as they are told to, by the clocks of the test', async () => {
    stopClocks();
    show('hidden');
    const { server, auth } = await signedIn({ lifetime: 20, tokens: 'opaque' });
    expect(auth.getState()).toMatchObject({ claims: undefined, expiresAt: Date.now() + 20_000 });
    const token = await auth.getAccessToken();
    const bare = () => pageFetch('/api/orders', { headers: { Authorization: `Bearer ${token}` } });
    expect((await passUntil(bare())).status).toBe(200);
    await passUntil(new Promise((resolve) => setTimeout(resolve, 20_000)));
    expect((await passUntil(bare())).status).toBe(401);
    expect(server.counts.requests).toEqual({ ada: 2 });
  });

  it('tokens may come in another shape, at other addresses', async () => {
    const server = serve({
      tokenResponse: ({ accessToken, expiresIn, user }) => ({ token: { text: accessToken, ttl: expiresIn }, user }),
      // Of another origin: the cookie goes along.
      endpoints: { refresh: 'https://auth.test/renew', api: 'https://shop.test/*' },
    });
    server.signIn('ada');
    const auth = openTab({
      refresh: 'https://auth.test/renew',
      allowedOrigins: ['https://shop.test'],
      readTokens: (body) => {
        const { token } = body as { token: { text: string; ttl: number } };
        return { accessToken: token.text, expiresIn: token.ttl };
      },
    });
    expect((await auth.fetch('https://shop.test/cart')).status).toBe(200);
  });
});

describe('strictness', () => {
  /** Two clients of one cookie that don't hear each other: the second presents what the first has spent. */
  async function twoRefreshesWithOneToken(server: ReturnType<typeof serve>) {
    const lost = server.fail('refresh', 'drop', { times: 1, afterProcessing: true });
    const first = await pageFetch('/auth/refresh', { method: 'POST', credentials: 'include' }).catch(() => 'dropped');
    await lost.met;
    const second = await pageFetch('/auth/refresh', { method: 'POST', credentials: 'include' });
    return [first, second.status];
  }

  it('a spent refresh token is a reuse alarm, and ends the session', async () => {
    const { server, auth } = await signedIn();
    expect(await twoRefreshesWithOneToken(server)).toEqual(['dropped', 401]);
    expect(server.counts.reuseAlarms).toBe(1);
    expect(await statusOf(auth).catch(({ code }) => code)).toBe('session-expired');
    expect(server.counts.reuseAlarms).toBe(1);
  });

  it('not within the overlap', async () => {
    const { server, auth } = await signedIn({ overlap: 10_000 });
    expect(await twoRefreshesWithOneToken(server)).toEqual(['dropped', 200]);
    expect(server.counts.reuseAlarms).toBe(0);
    expect(await statusOf(auth)).toBe(200);
  });

  it('two tabs of the real client raise no alarm', async () => {
    const server = serve();
    const [one, other] = openTwoTabs({ fetch: pageFetch, name: newBrowser() });
    await one.signIn(() => login('ada'));
    await signedInEverywhere(one, other);
    server.expireAccessTokens();
    expect(await Promise.all([one, other, one, other].map(statusOf))).toEqual([200, 200, 200, 200]);
    expect(server.counts).toMatchObject({ refreshes: 1, reuseAlarms: 0 });
  });

  it('a revoked session is over, another user’s is not', async () => {
    const { server, auth } = await signedIn();
    server.revokeSession('bob');
    expect(await statusOf(auth)).toBe(200);
    server.revokeSession('ada');
    expect(await failureOf(auth.fetch('/api/orders'))).toMatchObject({ code: 'session-expired' });
  });

  it('the API takes no token that the server has not issued, nor one of another server', async () => {
    const { auth } = await signedIn();
    const foreign = await auth.getAccessToken();
    network.resetHandlers();
    const server = serve();
    server.signIn('ada');
    const answers = [`Bearer ${foreign}`, 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.', undefined].map((bearer) =>
      pageFetch('/api/orders', { headers: { ...(bearer && { Authorization: bearer }) } }),
    );
    const responses = await Promise.all(answers);
    expect(responses.map(({ status, headers }) => [status, headers.get('www-authenticate')])).toEqual([
      [401, 'Bearer error="invalid_token"'],
      [401, 'Bearer error="invalid_token"'],
      [401, 'Bearer'],
    ]);
    expect(server.counts.requests).toEqual({ nobody: 3 });
  });
});

describe('handlers of the test’s own', () => {
  it('demand the access token, and know whose it is', async () => {
    const { server, auth } = await signedIn();
    network.use(
      http.get<{ id: string }>(
        'https://app.test/api/orders/:id',
        server.protect(({ user, params }) => HttpResponse.json({ of: user, id: params.id })),
      ),
    );
    expect(await (await auth.fetch('/api/orders/7')).json()).toEqual({ of: 'ada', id: '7' });
    server.expireAccessTokens();
    expect((await pageFetch('/api/orders/7')).status).toBe(401);
    expect(await (await auth.fetch('/api/orders/8')).json()).toEqual({ of: 'ada', id: '8' });
    expect(server.counts).toEqual({ refreshes: 1, reuseAlarms: 0, requests: { ada: 3, nobody: 1 } });
  });
});

it('reset() forgets everything', async () => {
  const { server, auth } = await signedIn();
  const token = await auth.getAccessToken();
  const { met } = server.fail('api', 'hang');
  const answer = statusOf(auth);
  await met;
  server.fail('refresh', 'error');
  server.reset();
  await expect(answer).rejects.toBeInstanceOf(TypeError);

  expect(server.counts).toEqual({ refreshes: 0, reuseAlarms: 0, requests: {} });
  const bare = await pageFetch('/api/orders', { headers: { Authorization: `Bearer ${token}` } });
  expect([bare.status, (await openPage().restore()).status]).toEqual([401, 'signed-out']);
});

it.each([false, true])(
  'after reset() no sign-in that hung signs anybody in, processed before: %s',
  async (afterProcessing) => {
    const server = serve();
    const { met } = server.fail('signIn', 'hang', { afterProcessing });
    const login = pageFetch('/auth/login', { method: 'POST', body: new URLSearchParams({ user: 'ada' }) });
    await met;
    server.reset();
    await expect(login).rejects.toBeInstanceOf(TypeError);

    expect((await pageFetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
  },
);

it('where there is no document no hint cookie is set, and the client takes nobody for a visitor', () => {
  const state = withoutPage(() => {
    serve({ hintCookie: 'has_session' }).signIn('ada');
    return openTab({
      refresh: 'https://app.test/auth/refresh',
      signOut: undefined,
      hintCookie: 'has_session',
    }).getState();
  });
  expect(state).toEqual({ status: 'restoring' });
  expect(document.cookie).toBe('');
});
