/** A strategy that holds its refresh token itself: no token is lost, spent twice, or left alive by a sign-out. */

import type { RefreshStrategy } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { reasonOf } from '../given/failures.ts';
import { type Strategy, tokenServers } from '../given/token-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { holdMessages } from '../world/messages.ts';
import { leave, onAnotherPage, returnFromBackForwardCache, show } from '../world/page.ts';
import { openTab, signedInEverywhere } from '../world/tabs.ts';
import { tracesOf } from '../world/traces.ts';
import { gate, rest, until } from '../world/waiting.ts';

const start = tokenServers();

describe.each<Strategy>(['bodyRefresh', 'own'])('%s', (by) => {
  const startTokenServer = (options: Parameters<typeof start>[0] = {}) => start({ by, ...options });

  /** A tab with a session, and its server. */
  async function signedIn(options?: Parameters<typeof startTokenServer>[0]) {
    const server = startTokenServer(options);
    const tab = server.openTab();
    await tab.setSession(server.begin());
    return { server, tab };
  }

  describe('no refresh token is lost or spent twice', () => {
    it('each refresh presents the newest refresh token', async () => {
      const { server, tab } = await signedIn();

      await tab.refresh();
      await tab.refresh();

      expect(server.presented).toEqual(['session1-1', 'session1-2']);
    });

    it('another tab goes on with the refresh token that this one got', async () => {
      const server = startTokenServer();
      const [one, two] = [server.openTab(), server.openTab()];
      await one.setSession(server.begin());
      await signedInEverywhere(one, two);
      let isHandedOver = false;
      two.on('refreshed', () => {
        isHandedOver = true;
      });
      await one.refresh();
      await until(() => isHandedOver);

      await two.refresh();

      expect(server.presented).toEqual(['session1-1', 'session1-2']);
    });

    it('an answer without a refresh token leaves the old one good', async () => {
      const { server, tab } = await signedIn({ rotates: false });

      await tab.refresh();
      await tab.refresh();

      expect(server.presented).toEqual(['session1-1', 'session1-1']);
    });

    it('a failed sign-in leaves the refresh token of a server without rotation', async () => {
      const { server, tab } = await signedIn({ rotates: false });
      await reasonOf(tab.signIn(() => Promise.reject(new TypeError('Failed to fetch'))));

      await tab.refresh().catch(() => {});
      expect(await tab.refresh()).toMatchObject({ status: 'signed-in' });

      expect(server.presented).toEqual(['session1-1', 'session1-1']);
    });

    it('a tab without an access token hands on its refresh token', async () => {
      stopClocks();
      show('hidden');
      const server = startTokenServer({ lifetime: 60 });
      const first = server.openTab();
      await first.setSession(server.begin());
      await pass(61_000);
      const { request } = server.strategy;
      server.strategy.request = async () => {
        throw new TypeError('Failed to fetch');
      };
      const offline = server.openTab();
      void offline.restore();
      await pass(40);
      first.dispose();
      await pass(5_000, 100);
      server.strategy.request = request;

      const token = server.openTab().getAccessToken();
      await pass(5_000, 100);

      expect(await token).toBe('access-session1-2');
      expect(server.presented).toEqual(['session1-1']);
    });

    it('a page back from the cache asks before it presents a token', async () => {
      stopClocks();
      show('hidden');
      const server = startTokenServer({ lifetime: 60 });
      const other = onAnotherPage(() => server.openTab());
      const cached = server.openTab();
      await other.setSession(server.begin());
      await rest();
      await pass(61_000);
      const messages = holdMessages();
      const refreshed = other.refresh();
      await pass(2_000, 500);
      messages.lose();
      await refreshed;

      show('visible');
      returnFromBackForwardCache();
      for (let turn = 0; turn < 20; turn++) await rest();
      await pass(200, 5);

      expect(server.alarms).toEqual([]);
      expect([cached, other].map((tab) => tab.getState().status)).toEqual(['signed-in', 'signed-in']);
    });
  });

  describe('a sign-out leaves no refresh token alive', () => {
    it('a sign-out revokes the refresh token, and forgets it', async () => {
      const { server, tab } = await signedIn();
      await tab.refresh();

      expect(await tab.signOut()).toEqual({ serverConfirmed: true });

      expect(server.revoked).toEqual(['session1-2']);
      await tab.restore();
      expect(server.presented).toEqual(['session1-1']);
    });

    it('a sign-out without a refresh token revokes none', async () => {
      const server = startTokenServer();

      expect(await server.openTab().signOut()).toEqual({ serverConfirmed: false });
      expect(server.revoked).toEqual([]);
    });

    it('the token of a refresh in flight is revoked too', async () => {
      const { server, tab } = await signedIn();
      const refresh = server.hold();
      void tab.refresh().catch(() => {});
      await refresh.arrived;

      const signedOut = tab.signOut();
      await rest();
      refresh.release();
      await signedOut;

      expect(server.aliveSessions).toEqual([]);
    });

    it('the token of a login that the sign-out refused is revoked', async () => {
      const server = startTokenServer();
      const tab = server.openTab();
      const slow = gate();
      const login = reasonOf(
        tab.signIn(async () => {
          await slow.opened;
          return server.begin();
        }),
      );
      await rest();

      const signedOut = tab.signOut();
      slow.open();

      expect(await login).toMatchObject({ code: 'signed-out' });
      await signedOut;
      expect(server.aliveSessions).toEqual([]);
    });

    it('two sign-outs that share a request revoke both tokens', async () => {
      const { server, tab } = await signedIn();
      const refresh = server.hold();
      void tab.refresh().catch(() => {});
      await refresh.arrived;

      const first = tab.signOut();
      await tab.setSession(server.begin());
      const second = tab.signOut();
      await rest();
      refresh.release();
      await Promise.all([first, second]);

      expect(server.aliveSessions).toEqual([]);
    });

    it('a revoke() that throws at once rejects no sign-out', async () => {
      const server = startTokenServer();
      server.strategy.revoke = () => {
        throw new TypeError('bad');
      };
      const tab = server.openTab();
      await tab.setSession(server.begin());
      const refresh = server.hold();
      void tab.refresh().catch(() => {});
      await refresh.arrived;

      const signedOut = tab.signOut();
      leave();
      await rest();
      refresh.release();

      expect(await signedOut).toEqual({ serverConfirmed: false });
    });
  });

  describe('a sign-out that comes to nothing at first', () => {
    it('the next sign-out revokes what an outage has left alive', async () => {
      const { server, tab } = await signedIn();
      const revoke = server.strategy.revoke as NonNullable<RefreshStrategy['revoke']>;
      server.strategy.revoke = () => Promise.reject(new TypeError('Failed to fetch'));
      expect(await tab.signOut()).toEqual({ serverConfirmed: false });
      server.strategy.revoke = revoke;

      expect(await tab.signOut()).toEqual({ serverConfirmed: true });
      expect(server).toMatchObject({ revoked: ['session1-1'], aliveSessions: [] });
      await tab.signOut();
      expect(server.revoked).toEqual(['session1-1']);
    });

    it('the tab that holds the refresh token revokes it, where a new tab signs out', async () => {
      const { server } = await signedIn();

      await server.openTab().signOut();
      await until(() => server.revoked.length);

      expect(server.aliveSessions).toEqual([]);
    });

    it('a sign-out in a tab that hasn’t heard of the last refresh leaves its token to the tab that has', async () => {
      const server = startTokenServer();
      const [one, two] = [server.openTab(), server.openTab()];
      await one.setSession(server.begin());
      await signedInEverywhere(one, two);
      const messages = holdMessages();
      await two.refresh();
      const signedOut = one.signOut();
      messages.deliver();
      await signedOut;
      await until(() => two.getState().status === 'signed-out');
      await rest();

      expect(server.aliveSessions).toEqual([]);
    });

    it('one revocation is enough, where the tab that signs out has the newest token', async () => {
      const server = startTokenServer();
      const tabs = [server.openTab(), server.openTab(), server.openTab()] as const;
      await tabs[0].setSession(server.begin());
      await signedInEverywhere(...tabs);
      await tabs[1].signOut();
      await until(() => tabs.every((tab) => tab.getState().status === 'signed-out'));
      await rest();

      expect(server.revoked).toEqual(['session1-1']);
    });
  });

  describe('dispose() while a refresh is under way', () => {
    /** Two tabs; the first has asked for a refresh, which the server has processed, and answers when it is released. */
    async function inMidRefresh() {
      const server = startTokenServer();
      const [one, two] = [server.openTab(), server.openTab()] as const;
      await one.setSession(server.begin());
      await signedInEverywhere(one, two);
      const refresh = server.hold();
      const waiting = reasonOf(one.refresh());
      await refresh.arrived;
      return { server, one, two, refresh, waiting };
    }

    it('the other tabs get the refresh token that it brings', async () => {
      const { server, one, two, refresh, waiting } = await inMidRefresh();
      one.dispose();
      expect(await waiting).toMatchObject({ code: 'configuration' });
      expect(one.getState()).toEqual({ status: 'restoring' });
      const refreshed = two.refresh();
      refresh.release();

      expect(await refreshed).toMatchObject({ status: 'signed-in' });
      await two.refresh();
      expect(server).toMatchObject({ alarms: [], presented: ['session1-1', 'session1-2'] });
    });

    it('a request that never ends keeps the channel no longer than requests may take', async () => {
      stopClocks();
      const { one, two } = await inMidRefresh();
      const closed = vi.spyOn(BroadcastChannel.prototype, 'close');
      one.dispose();
      await pass(29_000, 1_000);
      expect(closed).not.toHaveBeenCalled();
      await pass(1_000);

      expect(closed).toHaveBeenCalledTimes(1);
      two.dispose();
    });

    it('a refresh token that comes after a sign-out and dispose() is revoked', async () => {
      const { server, one, refresh } = await inMidRefresh();
      void one.signOut();
      one.dispose();
      refresh.release();
      await until(() => server.aliveSessions.length === 0, 'it is revoked');
    });

    it('a refresh token that comes after a sign-out in another tab is revoked', async () => {
      const { server, one, two, refresh } = await inMidRefresh();
      one.dispose();
      const signedOut = two.signOut();
      await rest();
      refresh.release();

      await signedOut;
      await until(() => server.aliveSessions.length === 0, 'it is revoked');
      expect(two.getState()).toMatchObject({ status: 'signed-out' });
    });
  });
});

describe('signIn() without a request, where no cookie holds the refresh token', () => {
  /** As a strategy of one's own does it: without a refresh token there is no session to ask for. */
  async function adaEverywhere() {
    const server = start({ by: 'own' });
    const { request } = server.strategy;
    server.strategy.request = async (context) =>
      context.refreshToken ? request(context) : new Response(null, { status: 401 });
    const tabs = [server.openTab(), server.openTab()] as const;
    await tabs[0].setSession(server.begin());
    await signedInEverywhere(...tabs);
    return { server, tabs };
  }

  it('it fails, and leaves the session that has a refresh token of its own', async () => {
    const { server, tabs } = await adaEverywhere();

    expect(await reasonOf(tabs[0].signIn())).toMatchObject({ code: 'sign-in-failed' });

    await rest();
    expect(tabs.map((tab) => tab.getState().status)).toEqual(['signed-in', 'signed-in']);
    expect(await tabs[0].refresh()).toMatchObject({ status: 'signed-in' });
    expect(server).toMatchObject({ presented: ['session1-1'], aliveSessions: ['session1'] });
  });

  it('it leaves a session that only other tabs know yet', async () => {
    const { server, tabs } = await adaEverywhere();
    const page = server.openTab();

    expect(await reasonOf(page.signIn())).toMatchObject({ code: 'sign-in-failed' });

    await signedInEverywhere(page, ...tabs);
  });
});

it('the readTokens of a class keeps its `this`', async () => {
  class Strategy implements RefreshStrategy {
    readonly url = 'https://app.test/token';
    request = async () => ({ token: 'access' });
    #parse = (body: { token: string }) => ({ accessToken: body.token });
    readTokens(body: unknown) {
      return this.#parse(body as { token: string });
    }
  }

  const tab = openTab({ refresh: new Strategy(), signOut: undefined });

  expect(await tab.restore()).toMatchObject({ status: 'signed-in' });
});

it('the refresh token shows nowhere (P9)', async () => {
  const server = start({ by: 'own' });
  const tab = server.openTab();
  const details: unknown[] = [];
  for (const event of ['signed-in', 'refreshed', 'signed-out'] as const)
    tab.on(event, (detail) => details.push(detail));
  await tab.setSession(server.begin());
  await tab.refresh();

  const { held } = await navigator.locks.query();
  // The mark of the handover is among them.
  expect(held?.map(({ name }) => name).join()).toContain('generation');
  expect(tracesOf(/session\d-\d/, { state: tab.getState(), client: tab, details, held })).toEqual([]);
});
