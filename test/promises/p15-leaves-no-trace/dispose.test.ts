/** P15: `dispose()` closes all that the client has opened, and frees all who wait. */

import type { AuthClient } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { holdLock, locksOf } from '../../given/held-locks.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { openTimelessTab, openTwoTimelessTabs, watchForTraces } from '../../given/no-trace.ts';
import { API, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { alive } from '../../world/heap.ts';
import { holdMessages, openRawChannel } from '../../world/messages.ts';
import { returnFromBackForwardCache, show } from '../../world/page.ts';
import { newBrowser, record, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

const { listening, channels, expectNoTrace } = watchForTraces();

describe('dispose() (P15)', () => {
  it('dispose() closes a client that has done nothing', async () => {
    stopClocks();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    const wakeUps = ['online', 'pageshow', 'prerenderingchange', 'resume', 'visibilitychange'];
    expect(listening.toSorted()).toEqual(['freeze', ...wakeUps]);
    expect(channels.open).toBe(1);
    auth.dispose();
    await expectNoTrace(name);
  });

  it('signOut() after dispose() sends nothing', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    auth.dispose();

    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
    await pass(10_000);
    expect(server.logouts).toBe(0);
    await expectNoTrace(name);
  });

  it('dispose() right after a sign-in leaves no timer and no lock', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    expect(await locksOf(name)).toHaveLength(1);
    auth.dispose();
    await expectNoTrace(name);
    await pass(120_000);
    expect(server.refreshCalls).toBe(0);
  });

  it('dispose() leaves nothing after many refreshes', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    for (let count = 0; count < 5; count++) await auth.refresh();
    auth.dispose();
    await expectNoTrace(name);
  });

  it('dispose() leaves nothing during the server’s pause', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    server.answerRefresh = () => new Response('{}', { status: 429, headers: { 'Retry-After': '5' } });
    const refresh = failureOf(auth.refresh());
    await until(() => server.refreshCalls === 1);
    await rest();
    auth.dispose();
    await refresh;
    await expectNoTrace(name);
    await pass(60_000);
    expect(server.refreshCalls).toBe(1);
  });

  it('dispose() frees whoever waits, and says why', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    outliveToken();
    const refresh = server.holdRefresh();
    const waiting = [auth.fetch(`${API}/orders`), auth.getAccessToken(), auth.refresh()].map(failureOf);
    await refresh.arrived;
    auth.dispose();

    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ code: 'configuration', retryable: false });
    refresh.release();
    await expectNoTrace(name);
    expect(server.apiRequests).toEqual([]);
  });

  it('dispose() frees a restore, too', async () => {
    stopClocks();
    const server = startAuthServer();
    server.signIn('ada');
    const name = newBrowser();
    const auth = openTimelessTab(name);
    const waiting = [auth.fetch(`${API}/orders`), auth.getAccessToken()].map(failureOf);
    const restored = auth.restore();
    await rest();
    auth.dispose();

    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'configuration' });
    expect(await restored).toEqual({ status: 'restoring' });
    await expectNoTrace(name);
    expect(server.refreshCalls).toBe(0);
  });

  it('dispose() in mid-refresh lets the request run on for its cookie', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    const refresh = server.holdRefresh();
    const waiting = failureOf(auth.refresh());
    await refresh.arrived;
    auth.dispose();
    await waiting;
    await rest();

    expect(await locksOf(name)).toEqual([`silent-refresh:${name}`]);
    expect(server.refreshRequests[0]?.signal?.aborted).toBe(false);
    refresh.release();
    await until(() => server.cookie === 'refresh-2');
    await expectNoTrace(name);
    // The next client here goes on with that cookie.
    const next = openTimelessTab(name);
    const restored = next.restore();
    await othersStaySilent();
    expect(await restored).toMatchObject({ subject: 'ada', claims: { gen: 3 } });
    expect(server.reuseAlarms).toBe(0);
  });

  it('dispose() frees sign-ins and sign-outs at once', async () => {
    const auth = openTimelessTab();
    const calls = [
      failureOf(auth.signIn(() => new Promise<never>(() => {}))),
      failureOf(auth.setSession(new Response(new ReadableStream()))),
    ];
    await rest();
    const signOut = auth.signOut();

    auth.dispose();

    for (const call of calls) expect(await call).toMatchObject({ code: 'configuration' });
    expect(await signOut).toEqual({ serverConfirmed: false });
  });

  it('dispose() keeps a login that waits its turn from being sent', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    const letGo = await holdLock(name);
    const logIn = vi.fn(server.login('ada'));
    const signIn = failureOf(auth.signIn(logIn));
    await rest();
    auth.dispose();
    void letGo();

    expect(await signIn).toMatchObject({ code: 'configuration' });
    expect(logIn).not.toHaveBeenCalled();
    await expectNoTrace(name);
  });

  it('no login is sent after dispose(), though a message was awaited', async () => {
    stopClocks();
    const name = newBrowser();
    startAuthServer();
    const auth = openTimelessTab(name);
    const over = gate();
    const newer = JSON.stringify({ epoch: 9e15, id: 'x', generation: 1 });
    const mark = `silent-refresh:${name} ${TOKEN_ENDPOINT}@${newer}`;
    void navigator.locks.request(mark, () => over.opened);
    let logins = 0;
    const login = failureOf(
      auth.signIn(async () => {
        logins++;
        return {};
      }),
    );
    await rest();

    auth.dispose();
    over.open();

    expect(await login).toMatchObject({ code: 'configuration' });
    await pass(1_100, 100);
    expect(logins).toBe(0);
  });

  it('a listener that disposes of the client is the last to be told', async () => {
    startAuthServer();
    const auth = openTimelessTab();
    await auth.setSession({ access_token: 'opaque', expires_in: 60 });
    let told = 0;
    auth.subscribe(() => told++);
    auth.on('signed-out', () => auth.dispose());

    void auth.signOut();

    expect(told).toBe(0);
  });

  it('a disposed client shows nobody, and finds nobody', async () => {
    const server = startAuthServer();
    const auth = openTimelessTab();
    await auth.signIn(server.login('ada'));
    auth.dispose();

    const state = auth.getState();
    expect(state).toEqual({ status: 'restoring' });
    expect(await auth.restore()).toBe(state);
    auth.dispose();
    expect(auth.getState()).toBe(state);
    expect(server.refreshCalls).toBe(0);
  });

  it('a disposed client keeps no listener, neither those from before nor those that come later', async () => {
    class PageData {}
    const auth = openTimelessTab();
    const listen = () => {
      const data = new PageData();
      auth.on('signed-out', () => void data);
      auth.subscribe(() => void data);
    };
    listen();
    expect(alive(PageData)).toBe(1);
    auth.dispose();
    listen();

    expect(alive(PageData)).toBe(0);
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('dispose() drops the answer of a login that is under way', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const [auth, other] = [openTimelessTab(name), openTimelessTab(name)];
    const answer = gate<object>();
    const signIn = failureOf(auth.signIn(() => answer.opened));
    await rest();
    auth.dispose();
    answer.open(server.signIn('ada'));

    expect(await signIn).toMatchObject({ code: 'configuration' });
    // A message would take a while.
    await rest();
    expect(other.getState()).toEqual({ status: 'restoring' });
    other.dispose();
    await expectNoTrace(name);
  });

  it('a disposed client says why it can’t, and sends nothing', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    auth.dispose();
    auth.dispose();
    const seen = record(auth);

    const calls = [
      () => auth.fetch(`${API}/orders`),
      () => auth.getAccessToken(),
      () => auth.refresh(),
      () => auth.signIn(server.login('bob')),
      () => auth.setSession(server.signIn('bob')),
    ];
    for (const call of calls)
      expect(await failureOf(call())).toMatchObject({ code: 'configuration', retryable: false });
    show('visible');
    returnFromBackForwardCache();
    await expectNoTrace(name);
    expect(server.apiRequests).toEqual([]);
    expect(server.refreshCalls).toBe(0);
    expect(seen).toEqual([]);
  });

  it('dispose() says nothing to other tabs, whose session goes on', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const [here, there] = [openTimelessTab(name), openTimelessTab(name)];
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const raw = openRawChannel(name);
    here.dispose();
    await rest();
    expect(raw.heard).toEqual([]);
    raw.close();
    expect((await there.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a channel closed with a message on the way harms nobody', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTimelessTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const messages = holdMessages();
    void here.signOut();
    here.dispose();
    await rest();
    messages.lose();
    await rest();
    expect(there.getState()).toMatchObject({ status: 'signed-in' });
  });

  it('dispose() is what `using` calls', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    let kept: AuthClient;
    {
      using auth = openTimelessTab(name);
      await auth.signIn(server.login('ada'));
      kept = auth;
    }
    await expectNoTrace(name);
    await expect(kept.getAccessToken()).rejects.toMatchObject({ code: 'configuration' });
  });

  it('a client made after a disposed one hears the other tabs', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const other = openTimelessTab(name);
    openTimelessTab(name).dispose();
    const again = openTimelessTab(name);
    await other.signIn(server.login('ada'));
    await signedInEverywhere(again);
    await again.signOut();
    await until(() => other.getState().status === 'signed-out');
    expect(server.refreshCalls).toBe(0);
  });
});
