/** P12: every wait has a deadline. */

import { RefreshUnavailableError, SignedOutError } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { inMidRefresh, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { reasonOf } from '../../given/failures.ts';
import { noteUnhandledRejections } from '../../given/rejections.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { openTab, openTwoTabs } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

noteUnhandledRejections();

describe('every wait has a deadline (P12)', () => {
  it('callers are told after refreshTimeout, and the request runs on', async () => {
    const { server, auth, held } = await inMidRefresh();
    const waiters = [auth.fetch(`${API}/orders`), auth.getAccessToken(), auth.refresh()];
    const told = Promise.all(waiters.map(reasonOf));
    await held.arrived;
    await pass(9_999);
    for (const waiter of waiters) expect(await standing(waiter)).toBe('pending');
    await pass(1);

    for (const error of await told) {
      expect(error).toBeInstanceOf(RefreshUnavailableError);
      expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    }
    expect(auth.getState().status).toBe('signed-in');
    expect(server.apiRequests).toHaveLength(0);

    held.release();
    await until(() => server.cookie === 'refresh-2');
    await rest();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('later callers are told, too, without a second request', async () => {
    const { server, auth, held } = await inMidRefresh();
    const first = reasonOf(auth.fetch(`${API}/first`));
    await held.arrived;
    await pass(10_000);
    expect(await first).toBeInstanceOf(RefreshUnavailableError);
    const second = reasonOf(auth.fetch(`${API}/second`));
    await pass(10_000);
    expect(await second).toBeInstanceOf(RefreshUnavailableError);
    const third = auth.fetch(`${API}/third`);
    await rest();
    held.release();

    expect((await third).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.overlaps).toBe(0);
  });

  it('refreshTimeout can be chosen', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden', refreshTimeout: 500 });
    outliveToken();
    const held = server.holdRefresh();
    const request = reasonOf(auth.fetch(`${API}/orders`));
    await held.arrived;
    await pass(500);

    expect(await request).toBeInstanceOf(RefreshUnavailableError);
  });

  it.for(['obeys', 'ignores'])('a refresh that %s its signal is given up in time', async (manner) => {
    stopClocks();
    const server = startAuthServer();
    show('hidden');
    const signals: AbortSignal[] = [];
    const auth = openTab({
      refresh: ({ signal }) => {
        signals.push(signal);
        if (signals.length > 1) return Promise.resolve(server.signIn('ada'));
        return new Promise((_, reject) => {
          if (manner === 'obeys') signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
    await auth.signIn(server.login('ada'));
    outliveToken();
    const first = reasonOf(auth.fetch(`${API}/orders`));
    await pass(29_999);
    expect(await first).toBeInstanceOf(RefreshUnavailableError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await pass(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(signals[0]?.reason).toBeInstanceOf(RefreshUnavailableError);

    const next = auth.fetch(`${API}/orders`);
    await pass(2_000);
    expect((await next).status).toBe(200);
    expect(signals).toHaveLength(2);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('restore() is told too, and the state stays restoring', async () => {
    stopClocks();
    const server = startAuthServer();
    server.answerRefresh = () => gate<Response>().opened;
    const auth = openTab();
    const [restored, request] = [reasonOf(auth.restore()), reasonOf(auth.fetch(`${API}/orders`))];
    await pass(10_000);

    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    expect(await request).toBeInstanceOf(RefreshUnavailableError);
    expect(auth.getState()).toMatchObject({ status: 'restoring', error: { retryable: true } });
    expect(server.apiRequests).toHaveLength(0);
  });

  it('signIn() waits no longer than refreshTimeout for its turn', async () => {
    const { auth, held } = await inMidRefresh();
    const refreshing = reasonOf(auth.refresh());
    await held.arrived;
    const login = vi.fn();
    const signIn = reasonOf(auth.signIn(login));
    await pass(10_000);

    expect(await signIn).toBeInstanceOf(RefreshUnavailableError);
    expect(await refreshing).toBeInstanceOf(RefreshUnavailableError);
    expect(login).not.toHaveBeenCalled();
  });

  it('a login that never answers is given up', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    const signIn = reasonOf(auth.signIn(() => gate<object>().opened));
    await pass(30_000);
    expect(await signIn).toBeInstanceOf(RefreshUnavailableError);

    outliveToken();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    server.expireAccessTokens();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
  });

  it.for(['signIn', 'refresh', 'restore', 'signOut'] as const)(
    '%s() inside signIn()’s request ends in time',
    async (method) => {
      stopClocks();
      const server = startAuthServer();
      const auth = openTab();
      const inner = {
        signIn: () => auth.signIn(server.login('bob')),
        refresh: auth.refresh,
        restore: auth.restore,
        signOut: auth.signOut,
      };
      const signIn = reasonOf(
        auth.signIn(async () => {
          await reasonOf(inner[method]());
          return server.signIn('ada');
        }),
      );
      await pass(25_000, 1_000);

      const outcome = await signIn;
      if (method === 'signOut') expect(outcome).toBeInstanceOf(SignedOutError);
      else expect(outcome).toBeUndefined();
      expect(auth.getState().status).toBe(method === 'signOut' ? 'signed-out' : 'signed-in');
    },
  );

  it.for(['with', 'without'])('signOut() while tabs restore starts no refresh, %s an endpoint', async (manner) => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const [auth, other] = openTwoTabs(manner === 'with' ? {} : { signOut: undefined });

    const signOut = auth.signOut();
    await pass(5_000, 100);

    expect(await signOut).toEqual({ serverConfirmed: manner === 'with' });
    for (const tab of [auth, other]) {
      expect(tab.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    }
    expect(server.refreshCalls).toBe(0);
  });

  it('a second signOut() changes nothing that shows', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    await auth.signOut();
    const [state, listener] = [auth.getState(), vi.fn()];
    auth.subscribe(listener);

    await auth.signOut();

    expect(auth.getState()).toBe(state);
    expect(listener).not.toHaveBeenCalled();
  });

  it('signOut() ends in time, though the server never answers', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    server.answerLogout = () => gate<Response>().opened;
    const signOut = auth.signOut();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    await until(() => server.logouts);
    await pass(10_000);

    expect(await signOut).toEqual({ serverConfirmed: false });
  });

  it('after every deadline nothing is pending, and nothing is timed', async () => {
    const { auth, held } = await inMidRefresh();
    const all = [
      auth.fetch(`${API}/orders`),
      auth.fetch(`${API}/upload`, { method: 'POST', body: new Blob(['x']) }),
      auth.getAccessToken(),
      auth.getAccessToken({ signal: new AbortController().signal }),
      auth.restore(),
      auth.refresh(),
    ].map(reasonOf);
    await held.arrived;
    all.push(reasonOf(auth.signIn(() => gate<object>().opened)), reasonOf(auth.setSession({})));
    await pass(45_000, 5_000);

    for (const each of all) expect(await standing(each)).toBe('fulfilled');
    auth.dispose();
    await rest();
    expect(vi.getTimerCount()).toBe(0);
  });
});
