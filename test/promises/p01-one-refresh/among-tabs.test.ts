/** P1: however many tabs find the token expired, they make one refresh among them, whichever tab makes it. */

import { describe, expect, it } from 'vitest';
import { adasTab, adasTabs, adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { focusWindow, goOnline, returnFromBackForwardCache, show } from '../../world/page.ts';
import { newBrowser, openTab, openTabs, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

describe('one refresh among tabs (P1)', () => {
  it.for([2, 6, 50])('%i tabs at once make one refresh each time, without overlap', async (count) => {
    const server = startAuthServer();
    const tabs = openTabs(count);
    await tabs[0]?.signIn(server.login('ada'));
    await until(() => tabs.every((tab) => tab.getState().status === 'signed-in'));

    for (let round = 1; round <= 3; round++) {
      server.expireAccessTokens();
      const responses = await Promise.all(tabs.flatMap((tab) => times(4, () => tab.fetch(`${API}/orders`))));
      expect(responses.every((response) => response.ok)).toBe(true);
      expect(server.refreshCalls).toBe(round);
    }
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });

  it('six tabs that find the token expired share one new token', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = await adasTabs(server, 6);
    outliveToken();

    const tokens = await Promise.all(tabs.map((tab) => tab.getAccessToken()));

    expect(new Set(tokens).size).toBe(1);
    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a tab that waited for its turn looks again before it refreshes', async () => {
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    const refresh = server.holdRefresh();
    const first = a.refresh();
    await refresh.arrived;
    const second = b.refresh();
    await rest();
    refresh.release();

    expect(await first).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(await second).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    await rest();
    expect(server.refreshCalls).toBe(1);
    expect(server.overlaps).toBe(0);
  });

  it('every tab says who refreshed: this tab, or another', async () => {
    const server = startAuthServer();
    const [a, b] = openTwoTabs();
    const [seenByA, seenByB] = [record(a), record(b)];
    await a.signIn(server.login('ada'));
    await signedInEverywhere(a, b);
    await b.refresh();
    await until(() => seenByA.length === 2 && seenByB.length === 2);

    expect(seenByA).toEqual([
      { name: 'signed-in', detail: { subject: 'ada' } },
      { name: 'refreshed', detail: { by: 'another-tab' } },
    ]);
    expect(seenByB).toEqual([
      { name: 'signed-in', detail: { subject: 'ada' } },
      { name: 'refreshed', detail: { by: 'this-tab' } },
    ]);
    expect(a.getState()).toEqual(b.getState());
  });

  it('clients of another name are another session', async () => {
    const server = startAuthServer();
    const [ours, theirs] = [openTab(), openTab()];
    const seen = record(theirs);
    await ours.signIn(server.login('ada'));
    await ours.refresh();
    await rest();

    expect(theirs.getState()).toEqual({ status: 'restoring' });
    expect(seen).toEqual([]);
  });
});

describe('any tab can refresh (P1)', () => {
  it('each tab can refresh, though the one that signed in is closed', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const first = await adasTab(server, { name });
    const others = [openTab({ name }), openTab({ name }), openTab({ name })];
    await Promise.all(others.map((tab) => tab.restore()));
    first.dispose();
    show('hidden');

    for (const [index, tab] of others.entries()) {
      const seen = record(tab);
      outliveToken();
      await tab.getAccessToken();
      await rest();
      expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
      expect(server.refreshCalls).toBe(index + 1);
      expect(others.map((other) => other.getState())).toEqual(others.map(() => tab.getState()));
    }
  });

  it('another tab goes on where the refreshing tab is closed', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    outliveToken();
    const refresh = server.holdRefresh();
    void a.refresh();
    await refresh.arrived;
    const token = b.getAccessToken();
    a.dispose();
    await rest();
    refresh.release();

    expect(await token).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(2);
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });
});

describe('one waking (P1, P10)', () => {
  function wakeUp() {
    show('visible');
    focusWindow();
    goOnline();
    returnFromBackForwardCache();
  }

  it('several tabs that wake at once with an expired token refresh once', async () => {
    stopClocks();
    const server = startAuthServer();
    show('hidden');
    const tabs = await adasTabs(server, 4);
    // Hidden tabs let it expire.
    await pass(61_000, 1_000);
    expect(server.refreshCalls).toBe(0);
    wakeUp();
    await othersStaySilent();
    await until(() => server.refreshCalls > 0);
    wakeUp();
    await pass(5_000);

    expect(server.refreshCalls).toBe(1);
    expect(tabs.map((tab) => tab.getState())).toEqual(tabs.map(() => tabs[0]?.getState()));
  });

  it('tabs that wake with a good token make no refresh', async () => {
    stopClocks();
    const server = startAuthServer();
    await adasTabs(server, 4);
    jumpWallClock(10_000);
    wakeUp();
    await pass(1_000);

    expect(server.refreshCalls).toBe(0);
  });

  it('visible tabs refresh ahead of expiry once among them', async () => {
    stopClocks();
    const server = startAuthServer();
    await adasTabs(server, 4);
    await pass(55_000, 500);

    expect(server.refreshCalls).toBe(1);
    expect(server.overlaps).toBe(0);
  });
});
