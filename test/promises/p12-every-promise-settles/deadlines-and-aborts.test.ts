/** P12: every promise settles; a caller who leaves frees nobody else; a listener hurts nobody. */

import {
  type AuthClient,
  type AuthEvents,
  isAuthError,
  RefreshUnavailableError,
  SessionExpiredError,
  SignedOutError,
} from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { inMidRefresh, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { reasonOf } from '../../given/failures.ts';
import { noteUnhandledRejections } from '../../given/rejections.ts';
import { times } from '../../given/times.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { openTab, openTwoTabs, record } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

const unhandled = noteUnhandledRejections();

describe('a caller’s abort frees that caller at once, and nobody else (P12)', () => {
  const departures: { how: string; leave: (leaving: AbortController) => void }[] = [
    { how: 'an abort', leave: (leaving) => leaving.abort() },
    { how: 'a time-out', leave: (leaving) => leaving.abort(new DOMException('too slow', 'TimeoutError')) },
    { how: 'a reason of one’s own', leave: (leaving) => leaving.abort('the page was left') },
  ];

  it.for(departures)('before the send, by $how: the request is never sent (scenarios 31, 32)', async ({ leave }) => {
    const { server, auth, held } = await inMidRefresh();
    const leaving = new AbortController();
    const request = reasonOf(auth.fetch(`${API}/left`, { method: 'POST', signal: leaving.signal }));
    const other = auth.fetch(`${API}/other`);
    await held.arrived;
    leave(leaving);

    expect(await request).toBe(leaving.signal.reason);
    held.release();
    expect((await other).status).toBe(200);
    await rest();

    expect(server.apiRequests.map(({ url }) => url)).toEqual([`${API}/other`]);
    expect(server.refreshCalls).toBe(1);
  });

  it.for(departures)(
    'while its 401 waits for the refresh, by $how: the replay is never sent (scenario 32)',
    async ({ leave }) => {
      const { server, auth } = await signedIn({ tab: 'hidden' });
      server.expireAccessTokens();
      const held = server.holdRefresh();
      const leaving = new AbortController();
      const request = reasonOf(auth.fetch(`${API}/left`, { signal: leaving.signal }));
      const other = auth.fetch(`${API}/other`);
      await held.arrived;
      await until(() => server.apiRequests.length === 2);
      leave(leaving);

      expect(await request).toBe(leaving.signal.reason);
      held.release();
      expect((await other).status).toBe(200);
      await rest();

      expect(server.apiRequests.filter(({ url }) => url.endsWith('/left'))).toHaveLength(1);
      expect(server.refreshCalls).toBe(1);
    },
  );

  it('the signal of a Request counts as well, and that of init goes before it (scenario 32)', async () => {
    const { server, auth, held } = await inMidRefresh();
    const [first, second] = [new AbortController(), new AbortController()];
    const byRequest = reasonOf(auth.fetch(new Request(`${API}/a`, { signal: first.signal })));
    const byInit = reasonOf(auth.fetch(new Request(`${API}/b`), { signal: second.signal }));
    await held.arrived;
    first.abort('first');
    second.abort('second');

    expect(await byRequest).toBe('first');
    expect(await byInit).toBe('second');
    held.release();
    await until(() => server.cookie === 'refresh-2');
    await rest();
    expect(server.apiRequests).toHaveLength(0);
  });

  it('while the page restores (scenario 32)', async () => {
    const server = startAuthServer();
    server.signIn('ada');
    const held = server.holdRefresh();
    const auth = openTab();
    const leaving = new AbortController();
    const request = reasonOf(auth.fetch(`${API}/left`, { signal: leaving.signal }));
    await held.arrived;
    leaving.abort();

    expect(await request).toBe(leaving.signal.reason);
    held.release();
    expect(await auth.restore()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.apiRequests).toHaveLength(0);
    expect(server.refreshCalls).toBe(1);
  });

  it('no caller’s abort reaches the refresh, even if all of them leave: it renews the session (P4, scenario 31)', async () => {
    const server = startAuthServer();
    const answer = gate<object>();
    const signals: AbortSignal[] = [];
    const auth = openTab({
      refresh: ({ signal }) => {
        signals.push(signal);
        return answer.opened;
      },
    });
    await auth.signIn(server.login('ada'));
    server.expireAccessTokens();
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiters = [
      ...times(5, () => auth.fetch(`${API}/orders`, { signal })),
      ...times(5, () => auth.getAccessToken({ signal, minValidity: 60_000 })),
    ];
    await until(() => signals.length === 1 && server.apiRequests.length === 5);
    await rest();
    leaving.abort();

    for (const outcome of await Promise.allSettled(waiters.slice(0, 5))) {
      expect(outcome).toEqual({ status: 'rejected', reason: signal.reason });
    }
    expect(signals[0]?.aborted).toBe(false);
    const events = record(auth);
    answer.open(server.signIn('ada'));
    await until(() => events.length);

    expect(events).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
    expect(signals).toHaveLength(1);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a signal that is aborted already: nothing is sent, nothing restored, nothing refreshed (scenario 32)', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const signal = AbortSignal.abort('gone');
    server.signIn('ada');

    expect(await reasonOf(auth.fetch(`${API}/orders`, { signal }))).toBe('gone');
    expect(await reasonOf(auth.getAccessToken({ signal }))).toBe('gone');
    await rest();
    expect(server.refreshCalls).toBe(0);

    await auth.restore();
    expect(await reasonOf(auth.fetch(`${API}/orders`, { signal }))).toBe('gone');
    expect(await reasonOf(auth.fetch(new Request(`${API}/orders`, { signal })))).toBe('gone');
    expect(await reasonOf(auth.getAccessToken({ signal }))).toBe('gone');
    await rest();
    expect(server.apiRequests).toHaveLength(0);
    expect(server.refreshCalls).toBe(1);
  });

  it('a signal that outlives many waits collects no listeners', async () => {
    const { auth, held } = await inMidRefresh();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const tokens = times(20, () => auth.getAccessToken({ signal }));
    await held.arrived;
    expect(added).toHaveBeenCalledTimes(20);
    held.release();
    await Promise.all(tokens);
    await rest();

    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});

describe('every method works inside every listener (P12, scenario 14)', () => {
  const occasions: Record<'the state' | keyof AuthEvents, (auth: AuthClient, server: AuthServer) => Promise<unknown>> =
    {
      'the state': (auth, server) => auth.signIn(server.login('bob')),
      'signed-in': (auth, server) => auth.signIn(server.login('ada')),
      refreshed: (auth) => auth.refresh(),
      'refresh-failed': async (auth, server) => {
        server.answerRefresh = () => new Response('', { status: 500 });
        await reasonOf(auth.refresh());
      },
      replayed: async (auth, server) => {
        server.expireAccessTokens();
        expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
      },
      'signed-out': (auth) => auth.signOut(),
      'user-changed': (auth, server) => auth.signIn(server.login('bob')),
      challenge: async (auth, server) => {
        const headers = { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' };
        server.answerApi = () => new Response('', { status: 403, headers });
        expect((await auth.fetch(`${API}/orders`)).status).toBe(403);
      },
    };
  const methods: Record<Exclude<keyof AuthClient, symbol>, (auth: AuthClient, server: AuthServer) => unknown> = {
    fetch: (auth) => auth.fetch(`${API}/inside`),
    getAccessToken: (auth) => auth.getAccessToken(),
    restore: (auth) => auth.restore(),
    signIn: (auth, server) => auth.signIn(server.login('eve')),
    setSession: (auth, server) => auth.setSession(server.signIn('eve')),
    refresh: (auth) => auth.refresh(),
    signOut: (auth) => auth.signOut(),
    getState: (auth) => auth.getState(),
    subscribe: (auth) => auth.subscribe(() => {}),
    on: (auth) => auth.on('refreshed', () => {}),
    dispose: (auth) => auth.dispose(),
  };

  const listen = (auth: AuthClient, name: string, listener: () => void) =>
    name === 'the state' ? auth.subscribe(listener) : auth.on(name as keyof AuthEvents, listener);
  const pairs = Object.keys(occasions).flatMap((name) => Object.keys(methods).map((method) => ({ name, method })));

  it.for(pairs)('$method() in a listener to $name', async ({ name, method }) => {
    stopClocks();
    const server = startAuthServer();
    const auth = openTab();
    if (name !== 'signed-in') await auth.signIn(server.login('ada'));
    const run = methods[method as keyof typeof methods];
    let heard = 0;
    let inner: Promise<unknown> | undefined;
    const undo = listen(auth, name, () => {
      if (heard++ === 0) inner = reasonOf(new Promise((resolve) => resolve(run(auth, server))));
    });

    const outer = reasonOf(occasions[name as keyof typeof occasions](auth, server));
    // Far less than what ends a deadlock.
    await pass(3_000, 100);

    expect(await standing(outer)).toBe('fulfilled');
    expect(inner).toBeDefined();
    const outcome = await Promise.race([inner, rest().then(() => 'pending')]);
    if (outcome !== undefined) expect(outcome).toSatisfy(isAuthError);

    undo();
    if (method === 'dispose') return;
    server.answerRefresh = undefined;
    server.answerApi = undefined;
    await auth.signIn(server.login('zoe'));
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'zoe' });
  });

  it('restore() in a listener to signed-in gives the new state, without a call (P1)', async () => {
    const server = startAuthServer();
    const auth = openTab();
    let restored: Promise<unknown> | undefined;
    auth.on('signed-in', () => {
      restored = auth.restore();
    });

    await auth.signIn(server.login('ada'));

    expect(await restored).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.refreshCalls).toBe(0);
  });

  it.for(Object.keys(occasions))('a listener to %s that throws is reported, and hurts nobody', async (name) => {
    for (const reporter of ['reportError', 'console.error']) {
      const report = vi.fn();
      vi.stubGlobal('reportError', reporter === 'reportError' ? report : undefined);
      vi.spyOn(console, 'error').mockImplementation(reporter === 'reportError' ? () => {} : report);
      const server = startAuthServer();
      const auth = openTab();
      if (name !== 'signed-in') await auth.signIn(server.login('ada'));
      const next = vi.fn();
      const error = new Error('a listener of the app');
      listen(auth, name, () => {
        throw error;
      });
      listen(auth, name, next);

      await occasions[name as keyof typeof occasions](auth, server);

      expect(report.mock.calls).toEqual([[error]]);
      expect(next).toHaveBeenCalledTimes(1);
      vi.unstubAllGlobals();
    }
  });
});

describe('listeners come and go (P12)', () => {
  it('an async listener that rejects is reported, and leaves no unhandled rejection', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
    const mine = new Error('mine');
    auth.on('refreshed', async () => {
      await rest();
      throw mine;
    });

    await auth.refresh();
    await until(() => reported.mock.calls.length);
    expect(reported).toHaveBeenCalledExactlyOnceWith(mine);
  });

  it('a listener’s undo ends it alone, and may be called twice', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    const [leaving, staying] = [vi.fn(), vi.fn()];
    const undos = [auth.on('refreshed', leaving), auth.subscribe(leaving)];
    auth.on('refreshed', staying);
    auth.subscribe(staying);
    for (const undo of [...undos, ...undos]) undo();

    await auth.refresh();

    expect(leaving).not.toHaveBeenCalled();
    expect(staying).toHaveBeenCalledTimes(2);
  });

  it.for(['on', 'subscribe'] as const)('one that comes during a round of %s hears the next round', async (kind) => {
    const { auth } = await signedIn({ tab: 'hidden' });
    const listen = (listener: () => void) =>
      kind === 'on' ? auth.on('refreshed', listener) : auth.subscribe(listener);
    const heard: string[] = [];
    let undo = () => {};
    // Each takes the place of the last: a careless round would never end.
    const join = (name: number) => {
      undo = listen(() => {
        heard.push(`round ${name}`);
        undo();
        if (name < 10) join(name + 1);
      });
    };
    join(1);

    await auth.refresh();
    expect(heard).toEqual(['round 1']);
    await auth.refresh();
    expect(heard).toEqual(['round 1', 'round 2']);
  });

  it('one that leaves during a round keeps nobody else from hearing it', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    const [second, third] = [vi.fn(), vi.fn()];
    const undo = auth.on('refreshed', () => undo());
    auth.on('refreshed', second);
    const undoState = auth.subscribe(() => undoState());
    auth.subscribe(third);

    await auth.refresh();
    await auth.refresh();

    expect(second).toHaveBeenCalledTimes(2);
    expect(third).toHaveBeenCalledTimes(2);
  });
});

describe('every wait has a deadline (P12)', () => {
  it('callers are told after refreshTimeout; the request runs on, and its late answer renews the session (P4)', async () => {
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

  it('whoever comes later is told as well, and no second request is made while the first runs on (P1, P4)', async () => {
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

  it.for(['obeys', 'ignores'])(
    'a refresh is given up after three times refreshTimeout, and the next one can work, where it %s its signal',
    async (manner) => {
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
    },
  );

  it('restore() is told too, and the state stays restoring (P5)', async () => {
    stopClocks();
    const server = startAuthServer();
    server.answerRefresh = () => gate<Response>().opened;
    const auth = openTab();
    const [restored, request] = [reasonOf(auth.restore()), reasonOf(auth.fetch(`${API}/orders`))];
    await pass(10_000);

    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    expect(await request).toBeInstanceOf(RefreshUnavailableError);
    expect(auth.getState()).toEqual({ status: 'restoring' });
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

  it('a login that never answers is given up, and the session that was there refreshes as before', async () => {
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
    '%s() inside signIn’s request ends in time',
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

  it.for(['with', 'without'])(
    'signOut() while tabs restore starts no refresh in any of them, %s an endpoint (P6)',
    async (manner) => {
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
    },
  );

  it('a second signOut() changes nothing that shows', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    await auth.signOut();
    const [state, listener] = [auth.getState(), vi.fn()];
    auth.subscribe(listener);

    await auth.signOut();

    expect(auth.getState()).toBe(state);
    expect(listener).not.toHaveBeenCalled();
  });

  it('signOut() takes effect at once and ends in time, though the server never answers (P6)', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    server.answerLogout = () => gate<Response>().opened;
    const signOut = auth.signOut();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    await until(() => server.logouts);
    await pass(10_000);

    expect(await signOut).toEqual({ serverConfirmed: false });
  });

  it('after it all nothing is pending, and nothing is left to time (P12, P15)', async () => {
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

describe('no unhandled rejection (P12)', () => {
  it('when the results of restore(), refresh() and signOut() are dropped', async () => {
    stopClocks();
    const server = startAuthServer();
    server.answerRefresh = () => new Response('', { status: 500 });
    server.answerLogout = () => Response.error();
    const auth = openTab();
    void auth.restore();
    void auth.refresh();
    await pass(5_000, 500);
    await auth.signIn(server.login('ada'));
    void auth.refresh();
    await pass(5_000, 500);
    void auth.signOut();
    void auth.refresh();
    await rest();
    auth.dispose();
    void auth.restore();
    void auth.refresh();
    void auth.signOut();
    await rest();

    expect(server.refreshCalls).toBeGreaterThan(1);
    expect(unhandled).toEqual([]);
  });

  it('when a refresh ahead of expiry fails, or fails for callers who have left', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    server.answerRefresh = () => Response.error();
    const failed = vi.fn();
    auth.on('refresh-failed', failed);
    await pass(58_000, 1_000);
    expect(failed).toHaveBeenCalled();
    const leaving = new AbortController();
    const left = reasonOf(auth.fetch(`${API}/orders`, { signal: leaving.signal }));
    leaving.abort();
    expect(await left).toBe(leaving.signal.reason);
    await pass(20_000, 1_000);
    auth.dispose();
    await rest();

    expect(unhandled).toEqual([]);
  });
});

describe('getAccessToken (P10, scenario 30)', () => {
  const worksAt = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${API}/socket`, { headers })).status === 200;
  };

  it('gives a valid one each time, and the same while it is good', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    for (let reconnect = 0; reconnect < 10; reconnect++) {
      const token = await auth.getAccessToken();
      expect(await worksAt(token)).toBe(true);
      expect(await auth.getAccessToken()).toBe(token);
      jumpWallClock(47_000);
    }
    expect(server.refreshCalls).toBeGreaterThan(2);
    expect(server.refreshCalls).toBeLessThan(10);
  });

  it('asks once for many callers', async () => {
    const { server, auth, held } = await inMidRefresh();
    const tokens = times(100, () => auth.getAccessToken());
    await held.arrived;
    held.release();

    expect(new Set(await Promise.all(tokens)).size).toBe(1);
    expect(server.refreshCalls).toBe(1);
  });

  it('refreshes where the token isn’t good for minValidity any more', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    const token = await auth.getAccessToken({ minValidity: 20_000 });
    jumpWallClock(39_000);
    expect(await auth.getAccessToken({ minValidity: 20_000 })).toBe(token);
    jumpWallClock(2_000);

    const next = await auth.getAccessToken({ minValidity: 20_000 });

    expect(next).not.toBe(token);
    expect(await worksAt(next)).toBe(true);
    expect(server.refreshCalls).toBe(1);
  });

  it('a minValidity longer than tokens live doesn’t refresh at each call', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });

    for (let call = 0; call < 20; call++) {
      await auth.getAccessToken({ minValidity: 3_600_000 });
      jumpWallClock(1_000);
    }

    expect(server.refreshCalls).toBe(0);
  });

  it('gives the token it has where it can’t have a better one, as long as it is good (P5)', async () => {
    stopClocks();
    const { server, auth } = await signedIn({ tab: 'hidden' });
    const token = await auth.getAccessToken();
    server.answerRefresh = () => new Response('', { status: 500 });
    jumpWallClock(45_000);

    expect(await auth.getAccessToken({ minValidity: 20_000 })).toBe(token);

    jumpWallClock(16_000);
    const late = reasonOf(auth.getAccessToken());
    await pass(10_000);
    expect(await late).toBeInstanceOf(RefreshUnavailableError);
  });

  it('says why there is none: signed out, never signed in, the session is over', async () => {
    const server = startAuthServer();
    const auth = openTab();
    expect(await reasonOf(auth.getAccessToken())).toBeInstanceOf(SignedOutError);
    await auth.signIn(server.login('ada'));
    await auth.signOut();
    expect(await reasonOf(auth.getAccessToken())).toBeInstanceOf(SignedOutError);
    await auth.signIn(server.login('ada'));
    server.revoke('ada');
    await reasonOf(auth.refresh());
    expect(await reasonOf(auth.getAccessToken())).toBeInstanceOf(SessionExpiredError);
  });

  it('frees a caller who leaves, with the signal’s reason (scenario 31)', async () => {
    const { server, auth, held } = await inMidRefresh();
    const leaving = new AbortController();
    const left = reasonOf(auth.getAccessToken({ signal: leaving.signal }));
    const stayed = auth.getAccessToken();
    await held.arrived;
    leaving.abort();

    expect(await left).toBe(leaving.signal.reason);
    held.release();
    expect(await worksAt(await stayed)).toBe(true);
    expect(server.refreshCalls).toBe(1);
  });
});
