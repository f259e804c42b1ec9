/** P3: a 401 of the auth server itself, to a login, a refresh or a sign-out, makes no refresh and no replay. */

import { HttpResponse, http } from 'msw';
import { isAuthError, RefreshUnavailableError, SessionExpiredError, SignInFailedError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTab, expired, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { show } from '../../world/page.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab, record } from '../../world/tabs.ts';
import { rest } from '../../world/waiting.ts';

describe('the auth server’s own 401', () => {
  const withLogin = async (status: number) => {
    const server = startAuthServer();
    server.answerApi = (request) => {
      if (!request.url.endsWith('/login')) return undefined;
      return status === 200 ? HttpResponse.json(server.signIn('bob')) : refusal(status, 'Bearer');
    };
    return server;
  };
  const login = (fetch: typeof globalThis.fetch) => fetch(`${API}/login`, { method: 'POST', body: 'a password' });

  it('a login through auth.fetch works inside signIn()', async () => {
    const server = await withLogin(200);
    const [first, second] = [openTab(), openTab()];

    await first.signIn(() => login(first.fetch));
    await second.signIn(async () => {
      await rest();
      return login(second.fetch);
    });

    expect(first.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(second.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(server.refreshCalls).toBe(0);
    expect(server.apiRequests).toHaveLength(2);
  });

  it('a login through auth.fetch works while the last token has expired', async () => {
    stopClocks();
    const server = await withLogin(200);
    const auth = await adasTab(server);
    show('hidden');
    outliveToken();

    await auth.signIn(async () => {
      await rest();
      return login(auth.fetch);
    });

    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(server.refreshCalls).toBe(0);
  });

  it('a wrong password ends no session and is sent once', async () => {
    const server = await withLogin(401);
    const auth = await adasTab(server);
    const before = auth.getState();
    const events = record(auth);

    const error = await failureOf(auth.signIn(() => login(auth.fetch)));

    expect(error).toBeInstanceOf(SignInFailedError);
    expect(isAuthError(error) && error.code === 'sign-in-failed' && error.response?.status).toBe(401);
    expect(auth.getState()).toBe(before);
    expect(events).toEqual([]);
    expect(server.apiRequests).toHaveLength(1);
    expect(server.refreshCalls).toBe(0);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a visitor’s wrong password asks for no refresh', async () => {
    const server = await withLogin(401);
    const auth = openTab();
    await expect(auth.signIn(() => login(auth.fetch))).rejects.toThrow(SignInFailedError);
    expect(server.refreshCalls).toBe(0);

    await auth.signIn(server.login('ada'));

    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it.for([
    {
      how: 'throws at once',
      request: () => {
        throw new Error('no form');
      },
    },
    { how: 'rejects', request: () => Promise.reject(new Error('no form')) },
  ])('the next 401 is refreshed after a sign-in whose request $how', async ({ request }) => {
    const { server, auth } = await expired();

    await expect(auth.signIn(request)).rejects.toThrow('no form');

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('a refresh’s own 401 ends the session and causes no other', async () => {
    const { server, auth } = await expired({ allowedOrigins: [API, 'https://app.test'] });
    server.revoke('ada');

    await expect(auth.fetch(`${API}/orders`)).rejects.toThrow(SessionExpiredError);

    expect(server.refreshCalls).toBe(1);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('a sign-out’s own 401 costs no refresh, and the user is out', async () => {
    const { server, auth } = await signedIn();
    network.use(http.post('https://app.test/auth/logout', () => refusal()));

    expect(await auth.signOut()).toEqual({ serverConfirmed: false });

    expect(server.refreshCalls).toBe(0);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
  });

  it('a refresh function that goes through auth.fetch fails in time', async () => {
    const { server, auth } = await signedIn({
      clocks: 'stopped',
      refresh: () => auth.fetch('https://app.test/api/refresh', { method: 'POST' }),
    });
    show('hidden');
    outliveToken();
    const request = auth.fetch(`${API}/orders`);
    const told = expect(request).rejects.toThrow(RefreshUnavailableError);
    await pass(10_000);

    await told;
    expect(server.apiRequests).toHaveLength(0);
    expect(auth.getState().status).toBe('signed-in');
  });
});
