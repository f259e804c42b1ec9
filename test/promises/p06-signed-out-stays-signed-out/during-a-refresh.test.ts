/** P6: a sign-out during a refresh wins, at each point of it, and the late answer’s cookie is cleared too. */

import { describe, expect, it } from 'vitest';
import { adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { SIGNED_OUT, statesOf } from '../../given/shown.ts';
import { logSignOuts } from '../../given/sign-outs.ts';
import { API, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { newBrowser, openTab, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

describe('a sign-out during a refresh (P6)', () => {
  describe.each(['this tab', 'another tab'] as const)('in %s', (where) => {
    async function refreshing() {
      stopClocks();
      const server = startAuthServer();
      const [here, there] = await adasTwoTabs(server);
      outliveToken();
      return { server, here, there, leaver: where === 'this tab' ? here : there };
    }

    it('a sign-out frees requests whose refresh still waits its turn', async () => {
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

    it('a sign-out drops a late refresh and clears its cookie', async () => {
      const { server, here, there, leaver } = await refreshing();
      const log = logSignOuts(server);
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

    it('a sign-out drops an answer that is being read', async () => {
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

    it('a sign-out upon the new token lets nobody have it', async () => {
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
