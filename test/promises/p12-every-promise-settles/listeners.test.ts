/** P12: every method works inside every listener, and no listener hurts anybody. */

import { type AuthClient, type AuthEvents, isAuthError } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { fetchAs } from '../../../src/session/user-version.ts';
import { signedIn } from '../../given/ada.ts';
import { reasonOf } from '../../given/failures.ts';
import { noteUnhandledRejections } from '../../given/rejections.ts';
import { SIGNED_OUT, statesOf, subjectOf } from '../../given/shown.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openTab, record } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

noteUnhandledRejections();

describe('a listener hears of a sign-out before the state shows it', () => {
  it('refresh() there rejects', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    let refreshed: Promise<unknown> | undefined;
    auth.on('signed-out', () => {
      refreshed = reasonOf(auth.refresh());
    });
    await auth.signOut();

    expect(await refreshed).toMatchObject({ code: 'signed-out' });
  });

  it('a request of the user who has left says why', async () => {
    const { auth } = await signedIn({ tab: 'hidden' });
    const adas = fetchAs(auth.fetch, {});
    let order: Promise<unknown> | undefined;
    auth.on('signed-out', () => {
      order = reasonOf(adas(`${API}/orders`));
    });
    await auth.signOut();

    expect(await order).toMatchObject({ code: 'signed-out' });
  });
});

describe('every method works inside every listener (P12)', () => {
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
      problem: async (auth, server) => {
        server.answerRefresh = () => new Response('', { status: 404 });
        await reasonOf(auth.refresh());
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

  it.for(pairs)('$method() works in a listener to $name', async ({ name, method }) => {
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

  it('restore() in a listener to signed-in gives the new state', async () => {
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
  it('an async listener that rejects is reported, and handled', async () => {
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

  it.for(['on', 'subscribe'] as const)('a listener by %s() that comes during a round hears the next', async (kind) => {
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

  it('a listener that leaves during a round keeps nobody from hearing', async () => {
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

  it.for(['on', 'subscribe'] as const)(
    'a listener by %s() that another one has removed hears no more',
    async (kind) => {
      const { auth } = await signedIn({ tab: 'hidden' });
      const listen = (listener: () => void) =>
        kind === 'on' ? auth.on('refreshed', listener) : auth.subscribe(listener);
      listen(() => undo());
      const removed = vi.fn();
      const undo = listen(removed);

      await auth.refresh();
      expect(removed).not.toHaveBeenCalled();
    },
  );

  it('no listener hears of anything after dispose(), also where another one has called it', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const heard: string[] = [];
    auth.on('signed-in', () => {
      auth.dispose();
      heard.push('dispose() is over');
    });
    auth.on('signed-in', () => heard.push('signed-in'));
    auth.subscribe(() => heard.push('state'));
    await reasonOf(auth.signIn(server.login('ada')));

    expect(heard).toEqual(['dispose() is over']);
  });

  it('every listener hears a sign-in before the sign-out that another listener begins', async () => {
    const server = startAuthServer();
    const auth = openTab();
    auth.on('signed-in', () => void auth.signOut());
    const seen = record(auth);
    const states = statesOf(auth);
    await reasonOf(auth.signIn(server.login('ada')));

    expect(seen.map(({ name }) => name)).toEqual(['signed-in', 'signed-out']);
    expect(new Set(states)).toEqual(new Set(['signed-out']));
  });

  it('each event is heard before its state shows, though a listener causes the next one', async () => {
    const { auth, server } = await signedIn({ tab: 'hidden' });
    auth.on('user-changed', () => void auth.signOut());
    const heard: unknown[] = [];
    for (const event of ['user-changed', 'signed-out'] as const)
      auth.on(event, () => heard.push([event, subjectOf(auth)]));
    await reasonOf(auth.signIn(server.login('bob')));

    expect(heard).toEqual([
      ['user-changed', 'ada'],
      ['signed-out', 'ada'],
    ]);
    expect(auth.getState()).toEqual(SIGNED_OUT);
  });
});
