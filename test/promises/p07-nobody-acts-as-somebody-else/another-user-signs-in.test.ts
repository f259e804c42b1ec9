/** P7: another user signs in, here or in another tab, and no request is sent with their token that was made before. */

import { SessionChangedError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { usersOf } from '../../given/received.ts';
import { becomes } from '../../given/shown.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { record } from '../../world/tabs.ts';
import { rest } from '../../world/waiting.ts';

describe.each(['this tab', 'another tab'] as const)('another user comes in %s (P7)', (where) => {
  async function adaIsSignedIn() {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = await adasTwoTabs(server);
    return { server, here, there, door: where === 'this tab' ? here : there };
  }

  it('requests that wait for a refresh reject at once', async () => {
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

  it('a first user’s 401 is not replayed as the second user', async () => {
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

  it('a sign-in waits for a refresh, and the new cookie stays', async () => {
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

  it('waiting requests go on where the same user signs in again', async () => {
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

  it('a sign-in with opaque tokens counts as another user’s', async () => {
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
