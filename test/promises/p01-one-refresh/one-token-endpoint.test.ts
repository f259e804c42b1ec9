/** P1 among clients of different names: whatever they are called, at one token endpoint their refreshes never overlap. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { openTab } from '../../world/tabs.ts';
import { gate, rest, standing } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** A client of its own name, which the cookie has signed in. */
async function restored(refresh: string | URL = TOKEN_ENDPOINT): Promise<AuthClient> {
  const auth = openTab({ refresh });
  const restoring = auth.restore();
  await othersStaySilent();
  await restoring;
  return auth;
}

describe('two clients of different names at one token endpoint (P1)', () => {
  it.each([
    ['the same URL', '/auth/refresh', TOKEN_ENDPOINT],
    ['URLs that differ in the query', '/auth/refresh?client=shop', '/auth/refresh?client=account'],
  ])('two clients with %s refresh one after the other', async (_, ours, theirs) => {
    server.signIn('ada');
    const [a, b] = [await restored(ours), await restored(theirs)];
    const calls = server.refreshCalls;
    const hold = server.holdRefresh();
    const first = a.refresh();
    await hold.arrived;
    const second = b.refresh();
    await rest();
    expect(server.refreshCalls).toBe(calls + 1);
    hold.release();

    expect(await first).toMatchObject({ status: 'signed-in' });
    expect(await second).toMatchObject({ status: 'signed-in' });
    expect(server).toMatchObject({ refreshCalls: calls + 2, overlaps: 0, reuseAlarms: 0 });
  });

  it('two clients of one page restore one after the other', async () => {
    server.signIn('ada');
    const [a, b] = [openTab(), openTab()];
    const hold = server.holdRefresh();
    const states = Promise.all([a.restore(), b.restore()]);
    await othersStaySilent();
    expect(server.refreshCalls).toBe(1);
    hold.release();

    expect(await states).toMatchObject([{ subject: 'ada' }, { subject: 'ada' }]);
    expect(server).toMatchObject({ refreshCalls: 2, overlaps: 0, reuseAlarms: 0 });
  });

  it.each<[string, (auth: AuthClient, login: () => Promise<object>) => Promise<unknown>]>([
    ['a sign-in', (auth, login) => auth.signIn(login)],
    ['a sign-out', (auth) => auth.signOut()],
  ])('%s waits for the refresh of a client of another name', async (_, act) => {
    server.signIn('ada');
    const [a, b] = [await restored(), await restored()];
    const hold = server.holdRefresh();
    const refreshing = a.refresh();
    await hold.arrived;
    let logins = 0;
    const acting = act(b, async () => {
      logins++;
      return server.signIn('bob');
    });
    await rest();
    expect([logins, server.logouts, await standing(acting)]).toEqual([0, 0, 'pending']);
    hold.release();
    await refreshing;
    await acting;

    expect(logins + server.logouts).toBe(1);
  });

  it('a client whose turn doesn’t come tells its callers in time', async () => {
    server.signIn('ada');
    const [a, b] = [await restored(), await restored()];
    const hold = server.holdRefresh();
    void a.refresh();
    await hold.arrived;
    const failure = failureOf(b.refresh());
    await pass(10_000, 1_000);

    expect(await failure).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(server.overlaps).toBe(0);
    hold.release();
    await rest();
  });

  it('clients of different names share a turn, but no session', async () => {
    server.signIn('ada');
    const [a, b] = [await restored(), openTab()];
    await a.signOut();

    expect(b.getState()).toEqual({ status: 'restoring' });
  });
});

describe('two clients at different token endpoints', () => {
  it('clients at different token endpoints don’t wait for each other', async () => {
    const answer = gate<object>();
    const slow = openTab({ refresh: { url: '/shop/refresh', request: () => answer.opened } });
    const quick = openTab({ refresh: { url: '/account/refresh', request: async () => server.signIn('ada') } });
    await passUntil(slow.setSession(server.signIn('ada')), 10);
    await passUntil(quick.setSession(server.signIn('ada')), 10);
    const first = slow.refresh();
    await rest();

    expect(await quick.refresh()).toMatchObject({ subject: 'ada' });
    answer.open(server.signIn('ada'));
    await first;
  });
});

it('a client named as its token endpoint doesn’t wait for itself', async () => {
  const auth = await adasTab(server, { name: TOKEN_ENDPOINT });

  expect(await auth.refresh()).toMatchObject({ subject: 'ada' });
});
