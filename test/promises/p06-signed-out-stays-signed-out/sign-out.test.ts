/** P6: signed out stays signed out, in every tab, at once; and the server's cleared cookie is the last word. */

import { describe, expect, it } from 'vitest';
import { adasTabs, adasTwoTabs, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { SIGNED_OUT, statesOf } from '../../given/shown.ts';
import { API, type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { setCookie } from '../../world/page.ts';
import { newBrowser, openTab, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

/** What reaches the server, in its order, and what the cookie is when it does. */
function watchServer(server: AuthServer) {
  const log: string[] = [];
  server.answerLogout = () => {
    log.push(`logout with ${server.cookie}`);
    server.cookie = undefined;
    return new Response(null, { status: 204 });
  };
  return log;
}

describe('a sign-out during a refresh (P6, scenario 33)', () => {
  describe.each(['this tab', 'another tab'] as const)('in %s', (where) => {
    async function refreshing() {
      stopClocks();
      const server = startAuthServer();
      const [here, there] = await adasTwoTabs(server);
      outliveToken();
      return { server, here, there, leaver: where === 'this tab' ? here : there };
    }

    it('before its turn has come: those who wait hear of it at once, and it is never sent', async () => {
      const { server, here, there, leaver } = await refreshing();
      // A third tab's refresh is in flight.
      const refresh = server.holdRefresh();
      const third = where === 'this tab' ? there.refresh() : here.refresh();
      await refresh.arrived;
      const waiting = [here.fetch(`${API}/orders`), here.getAccessToken(), there.getAccessToken()].map(failureOf);
      await rest();
      const result = leaver.signOut();

      for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'signed-out' });
      for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
      expect(server.logouts).toBe(0);
      refresh.release();
      expect(await result).toEqual({ serverConfirmed: true });
      await expect(third).rejects.toMatchObject({ code: 'signed-out' });
      await pass(5_000);
      expect([server.refreshCalls, server.logouts, server.cookie]).toEqual([1, 1, undefined]);
      for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
      expect(server.apiRequests).toEqual([]);
    });

    it('with the request in flight: its late answer is dropped, and the cookie is cleared after it', async () => {
      const { server, here, there, leaver } = await refreshing();
      const log = watchServer(server);
      const refresh = server.holdRefresh();
      const waiting = failureOf(here.fetch(`${API}/orders`));
      await refresh.arrived;
      const states = [statesOf(here), statesOf(there)];
      const result = leaver.signOut();

      expect(await waiting).toMatchObject({ code: 'signed-out', retryable: false });
      await until(() => there.getState().status === 'signed-out' && here.getState().status === 'signed-out');
      expect(log).toEqual([]);
      refresh.release();
      expect(await result).toEqual({ serverConfirmed: true });
      await pass(5_000);
      // The cookie that the late refresh has brought is the one that is cleared.
      expect(log).toEqual(['logout with refresh-2']);
      expect(server.cookie).toBeUndefined();
      for (const each of states) expect(each).not.toContain('signed-in');
      for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
      expect(server.apiRequests).toEqual([]);
    });

    it('while its answer is being read: dropped all the same', async () => {
      stopClocks();
      const server = startAuthServer();
      const reading = gate();
      const body = gate<string>();
      const name = newBrowser();
      const slow = {
        url: TOKEN_ENDPOINT,
        async request() {
          const answer = Response.json({});
          answer.text = () => {
            reading.open();
            return body.opened;
          };
          return answer;
        },
      };
      const [here, there] = [openTab({ name, refresh: slow }), openTab({ name })];
      await here.signIn(server.login('ada'));
      await signedInEverywhere(here, there);
      const waiting = failureOf(here.refresh());
      await reading.opened;
      const states = statesOf(here);
      const result = (where === 'this tab' ? here : there).signOut();
      await until(() => here.getState().status === 'signed-out');
      body.open(JSON.stringify(server.signIn('ada')));

      expect(await waiting).toMatchObject({ code: 'signed-out' });
      expect(await result).toEqual({ serverConfirmed: true });
      await pass(5_000);
      expect(states).not.toContain('signed-in');
      expect(here.getState()).toEqual(SIGNED_OUT);
      expect(server.cookie).toBeUndefined();
    });

    it('just when the new token is there: nobody gets it, nothing is sent with it', async () => {
      const { server, here, there, leaver } = await refreshing();
      const waiting = reasonOf(here.fetch(`${API}/orders`));
      const results: unknown[] = [];
      leaver.on('refreshed', () => results.push(leaver.signOut()));
      const error = await waiting;

      if (where === 'this tab') expect(error).toMatchObject({ code: 'signed-out' });
      await Promise.all(results);
      await rest();
      for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
      expect(server.cookie).toBeUndefined();
      expect(server.logouts).toBe(1);
    });
  });
});

describe('signing out (P6)', () => {
  it('shows in the very next line', async () => {
    const { auth } = await signedIn();
    const seen = record(auth);
    const result = auth.signOut();

    expect(auth.getState()).toEqual(SIGNED_OUT);
    expect(seen).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
    expect(await result).toEqual({ serverConfirmed: true });
  });

  it('reaches every tab, with one event in each and one call to the server', async () => {
    const server = startAuthServer();
    const tabs = await adasTabs(server, 5);
    const seen = tabs.map(record);
    await tabs[3]?.signOut();
    await until(() => tabs.every((tab) => tab.getState().status === 'signed-out'));
    await rest();

    for (const events of seen) expect(events).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
    expect([server.logouts, server.refreshCalls]).toEqual([1, 0]);
  });

  it('afterwards refresh() and getAccessToken() say so, and a request goes out without a token', async () => {
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    await here.signOut();
    await until(() => there.getState().status === 'signed-out');

    for (const tab of [here, there]) {
      await expect(tab.refresh()).rejects.toMatchObject({ code: 'signed-out', retryable: false });
      await expect(tab.getAccessToken()).rejects.toMatchObject({ code: 'signed-out', retryable: false });
      expect(await tab.restore()).toEqual(SIGNED_OUT);
      expect((await tab.fetch(`${API}/orders`)).status).toBe(401);
    }
    expect(server.apiRequests.map(({ authorization }) => authorization)).toEqual([null, null]);
    expect(server.refreshCalls).toBe(0);
  });

  it('ends a restore: whoever waits for it finds nobody signed in', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const auth = openTab();
    const refresh = server.holdRefresh();
    const restored = auth.restore();
    const request = failureOf(auth.fetch(`${API}/orders`));
    await refresh.arrived;
    const states = statesOf(auth);
    const result = auth.signOut();

    expect(await restored).toEqual(SIGNED_OUT);
    expect(await request).toMatchObject({ code: 'signed-out' });
    refresh.release();
    expect(await result).toEqual({ serverConfirmed: true });
    await rest();
    expect(states).not.toContain('signed-in');
    expect([server.logouts, server.cookie]).toEqual([1, undefined]);
  });

  it.each(['this tab', 'another tab'])(
    'in %s while somebody signs in: the sign-in’s late answer is dropped',
    async (where) => {
      const server = startAuthServer();
      const [here, there] = openTwoTabs();
      await there.signIn(server.login('ada'));
      await signedInEverywhere(here, there);
      const asked = gate();
      const answer = gate<object>();
      const signIn = failureOf(
        here.signIn(() => {
          asked.open();
          return answer.opened;
        }),
      );
      await asked.opened;
      const states = statesOf(here);
      const result = (where === 'this tab' ? here : there).signOut();
      await until(() => here.getState().status === 'signed-out');
      expect(server.logouts).toBe(0);
      answer.open(server.signIn('bob'));

      expect(await signIn).toMatchObject({ code: 'signed-out' });
      expect(await result).toEqual({ serverConfirmed: true });
      await rest();
      expect(states).not.toContain('signed-in');
      for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
      expect([server.logouts, server.cookie]).toEqual([1, undefined]);
    },
  );

  it('twice at once is once for the server; again later asks it again', async () => {
    const { server, auth } = await signedIn();
    const seen = record(auth);
    const both = await Promise.all([auth.signOut(), auth.signOut()]);
    expect(both).toEqual([{ serverConfirmed: true }, { serverConfirmed: true }]);
    expect(server.logouts).toBe(1);

    server.answerLogout = () => new Response(null, { status: 500 });
    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(2);
    expect(seen).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
  });

  it('works in a tab that has had no word from the others', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    const messages = holdMessages();
    await here.signIn(server.login('ada'));
    messages.lose();
    expect(there.getState()).toEqual({ status: 'restoring' });
    jumpWallClock(1);
    await passUntil(there.signOut(), 10);
    await until(() => here.getState().status === 'signed-out');

    expect(here.getState()).toEqual(SIGNED_OUT);
    expect(server.cookie).toBeUndefined();
  });

  it('can be called inside a listener (scenario 14)', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const results: Promise<unknown>[] = [];
    auth.on('signed-in', () => results.push(auth.signOut()));
    auth.on('signed-out', () => results.push(auth.signOut()));
    await auth.signIn(server.login('ada'));

    expect(await Promise.all(results)).toEqual([{ serverConfirmed: true }, { serverConfirmed: true }]);
    expect(auth.getState()).toEqual(SIGNED_OUT);
  });

  it('a request that was under way gets its answer; a 401 says that nobody is signed in', async () => {
    const { server, auth } = await signedIn();
    const api = server.holdApi();
    const request = auth.fetch(`${API}/orders`);
    await api.arrived;
    const signOut = auth.signOut();
    api.release();
    expect((await request).status).toBe(200);
    await signOut;

    await auth.signIn(server.login('ada'));
    server.expireAccessTokens();
    const again = server.holdApi();
    const refused = failureOf(auth.fetch(`${API}/orders`));
    await again.arrived;
    await auth.signOut();
    again.release();
    expect(await refused).toMatchObject({ code: 'signed-out' });
    expect(server.refreshCalls).toBe(0);
  });
});

describe('a server that can’t confirm (P6, scenario 35)', () => {
  it.each([
    ['unreachable', () => Response.error()],
    ['answering 500', () => new Response('', { status: 500 })],
    ['answering 401', () => Response.json({}, { status: 401 })],
    ['answering with a redirect', () => Response.redirect('https://app.test/login', 302)],
  ])('%s: signed out in every tab at once, serverConfirmed: false', async (_how, answer) => {
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    server.answerLogout = answer;
    const result = here.signOut();

    expect(here.getState()).toEqual(SIGNED_OUT);
    await until(() => there.getState().status === 'signed-out');
    expect(await result).toEqual({ serverConfirmed: false });
    expect(server.logouts).toBe(1);
    await rest();
    for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
  });

  it('silent: the wait for it ends', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    server.answerLogout = () => new Promise(() => {});
    const result = auth.signOut();
    await until(() => server.logouts === 1);
    await pass(9_999);
    expect(await standing(result)).toBe('pending');
    await pass(1);

    expect(await result).toEqual({ serverConfirmed: false });
  });

  it('a fetch that throws at once is no rejection either', async () => {
    const server = startAuthServer();
    const auth = openTab({
      fetch() {
        throw new TypeError('no network here');
      },
    });
    await auth.signIn(server.login('ada'));

    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
  });

  it('without the option signOut nothing is sent', async () => {
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server, { signOut: undefined });

    expect(await here.signOut()).toEqual({ serverConfirmed: false });
    await until(() => there.getState().status === 'signed-out');
    expect(server.logouts).toBe(0);
  });

  it('the session that the server still knows doesn’t come back by itself', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const [here] = await adasTwoTabs(server, { name });
    server.answerLogout = () => Response.error();
    await here.signOut();
    await pass(120_000, 10_000);

    expect(server.refreshCalls).toBe(0);
    expect(await openTab({ name }).restore()).toEqual(SIGNED_OUT);
  });
});

describe('the sign-out request', () => {
  it('is a POST with cookies that outlives its page and can’t be forged across sites', async () => {
    const sent: { url: string; init: RequestInit | undefined }[] = [];
    const server = startAuthServer();
    const auth = openTab({
      fetch: async (input, init) => {
        sent.push({ url: String(input), init });
        return new Response(null, { status: 204 });
      },
    });
    await auth.signIn(server.login('ada'));
    await auth.signOut();

    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: 'https://app.test/auth/logout',
      init: {
        method: 'POST',
        credentials: 'include',
        keepalive: true,
        cache: 'no-store',
        redirect: 'manual',
      },
    });
    expect(new Headers(sent[0]?.init?.headers).get('x-requested-with')).toBe('silent-refresh');
    expect(sent[0]?.init).not.toHaveProperty('body');
    expect(new Headers(sent[0]?.init?.headers).has('authorization')).toBe(false);
  });

  it('has the method, the headers and the double-submit token that the options name', async () => {
    const server = startAuthServer();
    setCookie('theme=dark; XSRF-TOKEN=a%2Fb%3D; other=1');
    const auth = openTab({
      signOut: {
        url: '/auth/logout',
        method: 'DELETE',
        headers: { 'X-Client': 'web' },
        csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' },
      },
    });
    await auth.signIn(server.login('ada'));

    expect(await auth.signOut()).toEqual({ serverConfirmed: true });
    expect(server.logoutRequests.map(({ method }) => method)).toEqual(['DELETE']);
    const headers = server.logoutRequests[0]?.headers;
    expect(headers?.get('x-requested-with')).toBe('silent-refresh');
    expect(headers?.get('x-client')).toBe('web');
    expect(headers?.get('x-xsrf-token')).toBe('a/b=');
  });
});

describe('a sign-out, and somebody who signs in', () => {
  it('a sign-in right after it comes after it at the server too: the new cookie stays', async () => {
    const { server, auth } = await signedIn();
    const log = watchServer(server);
    const [result, state] = await Promise.all([auth.signOut(), auth.signIn(server.login('bob'))]);

    expect(result).toEqual({ serverConfirmed: true });
    expect(state).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(log).toEqual(['logout with refresh-1']);
    expect(server.cookie).toBe('refresh-2');
    expect(await auth.refresh()).toMatchObject({ subject: 'bob', claims: { gen: 2 } });
  });

  it.each(['this tab', 'another tab'])(
    'a sign-out that waits while somebody signs in in %s leaves them their cookie',
    async (where) => {
      const server = startAuthServer();
      const [here, there] = await adasTwoTabs(server);
      const refresh = server.holdRefresh();
      void there.refresh();
      await refresh.arrived;
      const result = here.signOut();
      await until(() => there.getState().status === 'signed-out');
      const newcomer = where === 'this tab' ? here : there;
      await newcomer.setSession(server.signIn('bob'));
      await signedInEverywhere(here, there);
      // The late answer of ada's refresh would put her cookie in its place: that is what signIn() is for.
      const cookie = server.cookie;
      refresh.release();

      expect(await result).toEqual({ serverConfirmed: false });
      expect(server.logouts).toBe(0);
      expect(cookie).toBe('refresh-3');
      for (const tab of [here, there]) expect(tab.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    },
  );
});
