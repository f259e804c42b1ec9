/** `signIn()` and `setSession()`: what they take, how they fail, and that they wait their turn among tabs. */

import { type AuthClient, SignInFailedError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTabs, adasTwoTabs, signedIn } from '../given/ada.ts';
import { outliveToken } from '../given/expired-token.ts';
import { failureOf } from '../given/failures.ts';
import { API, jwt, startAuthServer } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { leave } from '../world/page.ts';
import { newBrowser, openTab, record } from '../world/tabs.ts';
import { gate, rest, standing, until } from '../world/waiting.ts';

/** Its answer comes after 25 s, and its body is too slow. */
async function giveUpSignIn(auth: AuthClient, body: Promise<string>): Promise<void> {
  const answer = Response.json({});
  answer.text = () => body;
  const failure = failureOf(
    auth.signIn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 25_000));
      return answer;
    }),
  );
  await pass(30_000, 1_000);
  expect(await failure).toMatchObject({ code: 'refresh-unavailable' });
}

describe('signing in', () => {
  it('a sign-in takes the Response as it came, or its parsed JSON', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const seen = record(auth);
    expect(await auth.signIn(async () => Response.json(server.signIn('ada')))).toMatchObject({ subject: 'ada' });
    expect(await auth.signIn(server.login('bob'))).toMatchObject({ subject: 'bob' });
    expect(await auth.setSession(Response.json(server.signIn('cyd')))).toMatchObject({ subject: 'cyd' });
    expect(await auth.setSession(server.signIn('dan'))).toMatchObject({ status: 'signed-in', subject: 'dan' });
    expect(await auth.setSession({ accessToken: jwt({ sub: 'eve' }), expiresIn: 60 })).toBe(auth.getState());
    expect(await auth.setSession({ access: jwt({ sub: 'fay' }) })).toMatchObject({ expiresAt: undefined });

    expect(seen.map(({ name }) => name)).toEqual(['signed-in', ...new Array(5).fill('user-changed')]);
  });

  it.each([
    [401, false],
    [403, false],
    [400, false],
    [429, true],
    [500, true],
    [503, true],
  ])('a sign-in refused with a %i rejects with the unread response', async (status, retryable) => {
    startAuthServer();
    const auth = openTab();
    const refusal = Response.json({ error: 'wrong password' }, { status });
    for (const attempt of [auth.signIn(async () => refusal), auth.setSession(refusal)]) {
      const error = await failureOf(attempt);
      expect(error).toBeInstanceOf(SignInFailedError);
      expect(error).toMatchObject({ code: 'sign-in-failed', retryable, response: refusal });
    }
    expect(await refusal.json()).toEqual({ error: 'wrong password' });
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it.each([
    ['no token', () => Response.json({ ok: true })],
    ['a login page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['an expired token', () => Response.json({ access_token: jwt({ sub: 'ada' }), expires_in: 0 })],
    ['no object', () => ({})],
  ])('a sign-in that is answered with %s rejects with SignInFailedError', async (_what, answer) => {
    startAuthServer();
    const auth = openTab();
    for (const attempt of [auth.signIn(async () => answer()), auth.setSession(answer())]) {
      await expect(attempt).rejects.toMatchObject({ code: 'sign-in-failed', retryable: false, response: undefined });
    }
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('a login’s own error passes through, and the earlier session stays', async () => {
    const { auth } = await signedIn();
    const state = auth.getState();
    const own = new TypeError('Failed to fetch');
    const seen = record(auth);

    expect(await failureOf(auth.signIn(() => Promise.reject(own)))).toBe(own);
    expect(
      await failureOf(
        auth.signIn(() => {
          throw own;
        }),
      ),
    ).toBe(own);
    await expect(auth.signIn(async () => Response.json({}, { status: 401 }))).rejects.toBeInstanceOf(SignInFailedError);
    expect(auth.getState()).toBe(state);
    expect(seen).toEqual([]);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a login may come through auth.fetch, though the token has expired', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    outliveToken();
    server.answerApi = (request) => {
      if (request.url.endsWith('/login')) return Response.json({ error: 'wrong password' }, { status: 401 });
      return undefined;
    };
    const failed = await failureOf(auth.signIn(() => auth.fetch(`${API}/login`, { method: 'POST' })));

    expect(failed).toMatchObject({ code: 'sign-in-failed', retryable: false });
    expect(server.refreshCalls).toBe(0);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a sign-in never runs beside a refresh or another sign-in', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const tabs = await adasTabs(server, 3, { name });
    let [underWay, most] = [0, 0];
    const logIn = (user: string) => async () => {
      most = Math.max(most, ++underWay);
      await rest();
      underWay--;
      return server.signIn(user);
    };
    server.answerRefresh = async () => {
      most = Math.max(most, ++underWay);
      await rest();
      underWay--;
      return Response.json(server.signIn('ada'));
    };
    await Promise.allSettled(
      tabs.flatMap((tab) => [tab.signIn(logIn('ada')), tab.refresh(), tab.signIn(logIn('ada'))]),
    );

    expect(most).toBe(1);
  });

  it('a sign-in waits its turn for refreshTimeout only', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    const refresh = server.holdRefresh();
    void here.refresh();
    await refresh.arrived;
    let asked = false;
    const signIn = there.signIn(async () => {
      asked = true;
      return server.signIn('bob');
    });
    const failure = failureOf(signIn);
    await pass(9_999);
    expect(await standing(signIn)).toBe('pending');
    await pass(1);

    expect(await failure).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    refresh.release();
    await rest();
    expect(asked).toBe(false);
    expect(there.getState()).toMatchObject({ subject: 'ada' });
  });

  it('a sign-in that was given up signs nobody in when its body ends', async () => {
    stopClocks();
    const server = startAuthServer();
    const auth = openTab();
    const body = gate<string>();
    await giveUpSignIn(auth, body.opened);
    body.open(JSON.stringify(server.signIn('ada')));
    await rest();

    expect(auth.getState().status).toBe('restoring');
  });

  it('a sign-in that was given up keeps no request from its refresh while its body is still to end', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    await giveUpSignIn(auth, new Promise(() => {}));
    server.expireAccessTokens();

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('a sign-in goes on where the server ended the earlier session', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    server.revoke('ada');
    const dead = gate<Response>();
    server.answerRefresh = () => dead.opened;
    const refresh = failureOf(auth.refresh());
    await until(() => server.refreshCalls === 1);
    const signIn = auth.signIn(server.login('bob'));
    dead.open(Response.json({ error: 'invalid_grant' }, { status: 401 }));

    expect(await refresh).toMatchObject({ code: 'session-expired' });
    expect(await signIn).toMatchObject({ status: 'signed-in', subject: 'bob' });
  });
});

it.each([
  ['a promise', () => Promise.resolve({ access_token: 'abc' })],
  ['an answer', () => ({ access_token: 'abc' })],
])('signIn() with %s in place of a function names what to call', async (_, make) => {
  const auth = openTab();
  const request = make() as unknown as () => Promise<object>;
  const error = await failureOf(auth.signIn(request));
  expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('setSession()') });
});

it('after a sign-in whose page was left meanwhile, the next opaque token may be another user’s', async () => {
  const server = startAuthServer();
  server.opaque = true;
  const auth = openTab();
  const slow = gate();
  const signedIn = auth.signIn(async () => {
    await slow.opened;
    return server.signIn('ada');
  });
  await rest();
  // WebKit takes the page's turn, and lets it go on when it comes back.
  leave();
  slow.open();
  await signedIn;
  server.signIn('bob');
  const events = record(auth);
  const made = server.holdRefresh();
  server.expireAccessTokens();
  const order = failureOf(auth.fetch(`${API}/orders`, { method: 'POST' }));
  await made.arrived;
  made.release();

  expect(await order).toMatchObject({ code: 'session-changed' });
  expect(events.map(({ name }) => name)).toContain('user-changed');
});
