/** P6: signed out stays signed out, in every tab, at once; and the server’s cleared cookie is the last word. */

import { describe, expect, it } from 'vitest';
import { adasTabs, adasTwoTabs, signedIn } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { SIGNED_OUT, statesOf } from '../../given/shown.ts';
import { logSignOuts } from '../../given/sign-outs.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { openTab, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

describe('signing out (P6)', () => {
  it('a sign-out shows in the very next line', async () => {
    const { auth } = await signedIn();
    const seen = record(auth);
    const result = auth.signOut();

    expect(auth.getState()).toEqual(SIGNED_OUT);
    expect(seen).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
    expect(await result).toEqual({ serverConfirmed: true });
  });

  it('a sign-out reaches every tab, and the server once', async () => {
    const server = startAuthServer();
    const tabs = await adasTabs(server, 5);
    const seen = tabs.map(record);
    await tabs[3]?.signOut();
    await until(() => tabs.every((tab) => tab.getState().status === 'signed-out'));
    await rest();

    for (const events of seen) expect(events).toEqual([{ name: 'signed-out', detail: { reason: 'signed-out' } }]);
    expect([server.logouts, server.refreshCalls]).toEqual([1, 0]);
  });

  it('after a sign-out no method gives or sends a token', async () => {
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

  it('a sign-out during a restore leaves nobody signed in', async () => {
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

  it.each(['this tab', 'another tab'])('a sign-out in %s rejects what waits in a restoring page', async (where) => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    server.answerRefresh = () => new Response('', { status: 503 });
    const order = failureOf(here.fetch(`${API}/orders`, { method: 'POST', body: 'x' }));
    await pass(200, 50);
    await passUntil((where === 'this tab' ? here : there).signOut());

    expect(await passUntil(order)).toMatchObject({ code: 'signed-out' });
    expect(server.apiRequests).toEqual([]);
  });

  it.each(['this tab', 'another tab'])('a sign-out in %s drops the late answer of a sign-in', async (where) => {
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
  });

  it('two sign-outs at once are one call to the server', async () => {
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

  it('a sign-out works in a tab that has heard nothing', async () => {
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

  it('a sign-out can be called inside a listener', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const results: Promise<unknown>[] = [];
    auth.on('signed-in', () => results.push(auth.signOut()));
    auth.on('signed-out', () => results.push(auth.signOut()));
    await auth.signIn(server.login('ada'));

    expect(await Promise.all(results)).toEqual([{ serverConfirmed: true }, { serverConfirmed: true }]);
    expect(auth.getState()).toEqual(SIGNED_OUT);
  });

  it('a request under way gets its answer, but no replay', async () => {
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

describe('a sign-out, and somebody who signs in', () => {
  it('a sign-in right after a sign-out keeps its new cookie', async () => {
    const { server, auth } = await signedIn();
    const log = logSignOuts(server);
    const [result, state] = await Promise.all([auth.signOut(), auth.signIn(server.login('bob'))]);

    expect(result).toEqual({ serverConfirmed: true });
    expect(state).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(log).toEqual(['logout with refresh-1']);
    expect(server.cookie).toBe('refresh-2');
    expect(await auth.refresh()).toMatchObject({ subject: 'bob', claims: { gen: 2 } });
  });

  it.each(['this tab', 'another tab'])(
    'a waiting sign-out leaves whoever signs in in %s their cookie',
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
