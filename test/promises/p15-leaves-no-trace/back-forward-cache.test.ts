/** P15: pages stay eligible for the back/forward cache, and a page that comes back learns what it has missed. */

import { describe, expect, it } from 'vitest';
import { outliveToken } from '../../given/expired-token.ts';
import { holdLock, locksOf } from '../../given/held-locks.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { openTimelessTab, openTwoTimelessTabs, watchForTraces } from '../../given/no-trace.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { onAnotherPage, returnFromBackForwardCache, show } from '../../world/page.ts';
import { newBrowser, record, signedInEverywhere } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

const { listening, everListened } = watchForTraces();

describe('the back/forward cache (P15)', () => {
  it('no listener is added that keeps pages out of the cache', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, there] = openTwoTimelessTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    await here.refresh();
    await (await here.fetch(`${API}/orders`)).text();
    await there.signOut();
    // Those that keep a page out of the cache are "unload" and "beforeunload".
    const harmless = ['freeze', 'online', 'pagehide', 'pageshow', 'prerenderingchange', 'resume', 'visibilitychange'];
    expect([...everListened].toSorted()).toEqual(harmless);
    // Only while a tab waits for its turn, and while a sign-out runs.
    expect(listening).not.toContain('pagehide');
    here.dispose();
    there.dispose();

    expect([...everListened].toSorted()).toEqual(harmless);
  });

  it('the lock is held only while a refresh runs', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const auth = openTimelessTab(name);
    await auth.signIn(server.login('ada'));
    await pass(1_000);
    expect(await locksOf(name)).toEqual([]);
    const refresh = server.holdRefresh();
    const refreshed = auth.refresh();
    await refresh.arrived;
    expect(await locksOf(name)).toEqual([`silent-refresh:${name}`]);
    refresh.release();
    await refreshed;
    await rest();
    expect(await locksOf(name)).not.toContain(`silent-refresh:${name}`);
    await pass(1_000);
    expect(await locksOf(name)).toEqual([]);
  });

  it('a page that comes back gets another tab’s token', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, back] = openTwoTimelessTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, back);
    // What was said while it lay in the cache never reached it.
    const messages = holdMessages();
    await here.refresh();
    messages.lose();
    await pass(1_000);
    const seen = record(back);
    returnFromBackForwardCache();
    await until(() => seen.length > 0);

    expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'another-tab' } }]);
    expect(await back.getAccessToken()).toBe(await here.getAccessToken());
    expect(server.refreshCalls).toBe(1);
  });

  it('a page that comes back hears of a sign-out or another user', async () => {
    stopClocks();
    const server = startAuthServer();
    const [here, back] = openTwoTimelessTabs();
    await here.signIn(server.login('ada'));
    await signedInEverywhere(here, back);
    const signOut = holdMessages();
    jumpWallClock(1);
    await here.signOut();
    signOut.lose();
    returnFromBackForwardCache();
    await until(() => back.getState().status === 'signed-out');

    const signIn = holdMessages();
    await here.signIn(server.login('bob'));
    signIn.lose();
    returnFromBackForwardCache();
    await signedInEverywhere(back);
    expect(back.getState()).toMatchObject({ subject: 'bob' });
    expect(server.refreshCalls).toBe(0);
  });

  it('a page that comes back alone refreshes what has expired', async () => {
    stopClocks();
    const server = startAuthServer();
    const auth = openTimelessTab();
    await auth.signIn(server.login('ada'));
    outliveToken();
    returnFromBackForwardCache();
    await othersStaySilent();
    await until(() => server.refreshCalls === 1);
    await rest();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('a page that comes back with an expired token asks the other tabs before it refreshes (P1)', async () => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const name = newBrowser();
    const back = openTimelessTab(name);
    const other = onAnotherPage(() => openTimelessTab(name));
    await other.signIn(server.login('ada'));
    await signedInEverywhere(back, other);
    outliveToken();
    // What was said while it lay in the cache never reached it.
    const messages = holdMessages();
    await other.refresh();
    await pass(2_000);
    messages.lose();
    show('visible');
    returnFromBackForwardCache();
    expect((await passUntil(back.fetch(`${API}/orders`), 5)).status).toBe(200);

    expect(server.refreshCalls).toBe(1);
    expect(await back.getAccessToken()).toBe(await other.getAccessToken());
  });

  describe('with an expired token, while another user’s tab has none to give', () => {
    /** Ada's page, in the cache, and Bob's, who has signed in since; both tokens have expired. */
    async function adaComesBack() {
      stopClocks();
      const server = startAuthServer();
      const name = newBrowser();
      const back = openTimelessTab(name);
      const other = onAnotherPage(() => openTimelessTab(name));
      await back.signIn(server.login('ada'));
      await signedInEverywhere(back, other);
      show('hidden');
      const messages = holdMessages();
      await other.signIn(server.login('bob'));
      await pass(1_000);
      messages.lose();
      outliveToken();
      return { server, name, back, other };
    }
    const comeBack = () => {
      show('visible');
      returnFromBackForwardCache();
    };

    it('a page that comes back finds Bob, though its refresh waits', async () => {
      const { server, name, back } = await adaComesBack();
      const letGo = await holdLock(name);
      comeBack();
      await until(() => back.getState().status === 'restoring', 'it has heard that Ada has gone');
      await letGo();
      await pass(5_000, 500);

      expect(back.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
      expect(server).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
    });

    it('a page that comes back finds Bob, though its refresh runs', async () => {
      const { server, back } = await adaComesBack();
      const refresh = server.holdRefresh();
      const late = holdMessages();
      comeBack();
      await othersStaySilent();
      await refresh.arrived;
      late.deliver();
      await until(() => back.getState().status === 'restoring', 'it has heard that Ada has gone');
      refresh.release();
      await pass(5_000, 500);

      expect(back.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
      expect(server).toMatchObject({ overlaps: 0, reuseAlarms: 0 });
    });
  });
});
