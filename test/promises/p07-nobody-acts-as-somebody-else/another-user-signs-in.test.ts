/** P7: nobody acts as somebody else. A request belongs to the session in which it was made. */

import { isAuthError, SessionChangedError, SignInFailedError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTab, adasTabs, adasTwoTabs, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { usersOf } from '../../given/received.ts';
import { becomes } from '../../given/shown.ts';
import { API, jwt, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { newBrowser, openTab, openTwoTabs, record } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

describe.each(['this tab', 'another tab'] as const)('another user comes in %s (P7, scenarios 34 and 36)', (where) => {
  async function adaIsSignedIn() {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    return { server, here, there, door: where === 'this tab' ? here : there };
  }

  it('requests that wait for a refresh reject at once, and are never sent', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    outliveToken();
    const refresh = server.holdRefresh();
    const waiting = [
      here.fetch(`${API}/orders`),
      here.fetch(`${API}/orders`, { method: 'POST', body: '{}' }),
      here.getAccessToken(),
    ].map(failureOf);
    await refresh.arrived;
    await door.setSession(server.signIn('bob'));

    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(SessionChangedError);
      expect(error).toMatchObject({ code: 'session-changed', retryable: false });
    }
    const states: string[] = [];
    for (const tab of [here, there]) tab.subscribe(() => states.push(JSON.stringify(tab.getState())));
    refresh.release();
    await pass(1_000);
    expect(states.filter((state) => state.includes('ada'))).toEqual([]);
    await becomes('bob', here, there);
    expect(server.apiRequests).toEqual([]);
  });

  it('requests in flight are answered as they come', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    const api = server.holdApi();
    const request = here.fetch(`${API}/orders`);
    await api.arrived;
    await door.signIn(server.login('bob'));
    await becomes('bob', here, there);
    api.release();

    expect(await (await request).json()).toMatchObject({ user: 'ada' });
    expect(usersOf(server)).toEqual(['ada']);
  });

  it('a 401 for the first user’s request is not replayed as the second', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    server.expireAccessTokens();
    const api = server.holdApi();
    const request = failureOf(here.fetch(`${API}/orders`));
    await api.arrived;
    await door.signIn(server.login('bob'));
    await becomes('bob', here, there);
    api.release();

    expect(await request).toMatchObject({ code: 'session-changed' });
    await rest();
    expect(usersOf(server)).toEqual(['ada']);
    expect(server.refreshCalls).toBe(0);
  });

  it('a replay under way is answered as it comes', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    server.expireAccessTokens();
    const refresh = server.holdRefresh();
    const request = here.fetch(`${API}/orders`);
    await refresh.arrived;
    const api = server.holdApi();
    refresh.release();
    await api.arrived;
    await door.signIn(server.login('bob'));
    await becomes('bob', here, there);
    api.release();

    expect(await (await request).json()).toMatchObject({ user: 'ada', generation: 2 });
    expect(usersOf(server)).toEqual(['ada', 'ada']);
  });

  it('user-changed fires before the new state shows, in every tab', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    const order: unknown[][] = [[], []];
    for (const [index, tab] of [here, there].entries()) {
      tab.on('user-changed', (detail) => order[index]?.push(detail, tab.getState()));
      tab.subscribe(() => order[index]?.push(tab.getState()));
    }
    const before = here.getState();
    await door.signIn(server.login('bob'));
    await becomes('bob', here, there);

    for (const seen of order) {
      expect(seen).toEqual([
        { subject: 'bob', previousSubject: 'ada' },
        before,
        expect.objectContaining({ subject: 'bob' }),
      ]);
    }
  });

  it('the sign-in waits for a refresh in flight: the new user’s cookie stays, the first doesn’t come back', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    outliveToken();
    const refresh = server.holdRefresh();
    const request = here.fetch(`${API}/orders`);
    await refresh.arrived;
    let asked = false;
    const signIn = door.signIn(async () => {
      asked = true;
      return server.signIn('bob');
    });
    await rest();
    expect(asked).toBe(false);
    refresh.release();

    // Ada's request was made in her session, and is sent in it.
    expect(await (await request).json()).toMatchObject({ user: 'ada' });
    expect(await signIn).toMatchObject({ status: 'signed-in', subject: 'bob' });
    await becomes('bob', here, there);
    await pass(1_000);
    expect(server.cookie).toBe('refresh-3');
    outliveToken();
    for (const tab of [here, there])
      expect(await (await tab.fetch(`${API}/orders`)).json()).toMatchObject({ user: 'bob' });
    expect(server.reuseAlarms).toBe(0);
  });

  it('the same user again: waiting requests go on, with the new token', async () => {
    const { server, here, there, door } = await adaIsSignedIn();
    outliveToken();
    const refresh = server.holdRefresh();
    const waiting = [here.fetch(`${API}/orders`), there.fetch(`${API}/orders`)];
    await refresh.arrived;
    const seen = [record(here), record(there)];
    await door.setSession(server.signIn('ada'));

    for (const response of await Promise.all(waiting)) expect(response.status).toBe(200);
    refresh.release();
    await rest();
    for (const events of seen) expect(events.map(({ name }) => name)).toEqual(['refreshed']);
    expect(new Set(server.apiRequests.map(({ authorization }) => authorization)).size).toBe(1);
  });

  it('with opaque tokens nobody can tell who it is: another sign-in counts as another user', async () => {
    stopClocks();
    const server = startAuthServer();
    server.opaque = true;
    const [here, there] = await adasTwoTabs(server);
    const seen = record(here);
    await here.refresh();
    outliveToken();
    const refresh = server.holdRefresh();
    const waiting = failureOf(here.fetch(`${API}/orders`));
    await refresh.arrived;
    await (where === 'this tab' ? here : there).setSession(server.signIn('bob'));

    expect(await waiting).toMatchObject({ code: 'session-changed' });
    refresh.release();
    await rest();
    expect(seen).toEqual([
      { name: 'refreshed', detail: { by: 'this-tab' } },
      { name: 'user-changed', detail: { subject: undefined, previousSubject: undefined } },
    ]);
    expect(server.apiRequests).toEqual([]);
    expect(await (await here.fetch(`${API}/orders`)).json()).toMatchObject({ user: 'bob' });
  });
});

describe('a refresh that turns out to be another user’s (P7)', () => {
  it('user-changed; what waited for it is rejected and never sent', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    // Somebody signed in past this library, on the classic login page: the cookie is theirs.
    server.signIn('bob');
    const seen = [record(here), record(there)];
    outliveToken();
    const waiting = [here.fetch(`${API}/orders`), here.getAccessToken(), there.fetch(`${API}/orders`)].map(failureOf);

    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'session-changed' });
    await rest();
    expect(server.apiRequests).toEqual([]);
    expect(server.refreshCalls).toBe(1);
    for (const events of seen) {
      expect(events).toEqual([{ name: 'user-changed', detail: { subject: 'bob', previousSubject: 'ada' } }]);
    }
    expect(await (await there.fetch(`${API}/orders`)).json()).toMatchObject({ user: 'bob' });
  });

  it('a 401 whose refresh is another user’s is not replayed', async () => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();
    server.signIn('bob');

    await expect(auth.fetch(`${API}/orders`)).rejects.toMatchObject({ code: 'session-changed' });
    expect(usersOf(server)).toEqual(['ada']);
  });
});

describe('late answers of the first user (P7)', () => {
  it('one user after another: each request is sent as its own user or not at all', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    const asked = new Map<string, string>();
    const settled: Promise<unknown>[] = [];
    await here.signIn(server.login('user-0'));
    await becomes('user-0', here, there);

    for (let round = 1; round <= 10; round++) {
      outliveToken();
      for (const [index, tab] of [here, there, here].entries()) {
        const path = `${API}/${round}-${index}`;
        asked.set(path, `user-${round - 1}`);
        settled.push(tab.fetch(path).catch((error: unknown) => error));
      }
      if (round % 2) await rest();
      const door = round % 3 ? here : there;
      if (round % 4) await door.signIn(server.login(`user-${round}`));
      else await door.setSession(server.signIn(`user-${round}`));
      await becomes(`user-${round}`, here, there);
    }
    await Promise.all(settled);

    for (const { url, user } of server.apiRequests) expect(`${url} ${user}`).toBe(`${url} ${asked.get(url)}`);
    for (const outcome of await Promise.all(settled)) {
      expect(outcome instanceof Response || (isAuthError(outcome) && outcome.code === 'session-changed')).toBe(true);
    }
  });

  it('a request that waited while one user left and another came rejects', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    outliveToken();
    const refresh = server.holdRefresh();
    const waiting = failureOf(auth.fetch(`${API}/orders`));
    await refresh.arrived;
    const signOut = auth.signOut();
    await auth.setSession(server.signIn('bob'));
    refresh.release();

    expect(await waiting).toMatchObject({ retryable: false });
    await signOut;
    expect(server.apiRequests).toEqual([]);
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
  });
});

describe('signing in', () => {
  it('takes the server’s answer as it came: the Response, or its parsed JSON', async () => {
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
  ])('refused with a %i: SignInFailedError with the response, its body unread', async (status, retryable) => {
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
  ])('answered with %s: SignInFailedError', async (_what, answer) => {
    startAuthServer();
    const auth = openTab();
    for (const attempt of [auth.signIn(async () => answer()), auth.setSession(answer())]) {
      await expect(attempt).rejects.toMatchObject({ code: 'sign-in-failed', retryable: false, response: undefined });
    }
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('the request’s own error passes through, and the session that was there stays', async () => {
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

  it('its own request may come through auth.fetch, though the token has expired (scenario 5)', async () => {
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

  it('never runs beside a refresh or another sign-in, in any tab', async () => {
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

  it('waits its turn for so long only', async () => {
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

  it('goes on where the server ended the earlier session meanwhile', async () => {
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

describe('a clock that was set back (P7, P10, scenario 21)', () => {
  it('a new tab signs Bob in: he is signed in everywhere, and Ada doesn’t come back', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const adas = await adasTab(server, { name });
    await rest();
    jumpWallClock(-60_000);

    // A login page: it has never asked who is signed in.
    const bobs = openTab({ name });
    await bobs.signIn(async () => {
      await rest();
      return server.signIn('bob');
    });
    await rest();

    expect([adas, bobs].map((tab) => tab.getState())).toMatchObject([{ subject: 'bob' }, { subject: 'bob' }]);
    await bobs.fetch(`${API}/orders`);
    expect(server.apiRequests.at(-1)?.user).toBe('bob');
  });
});
