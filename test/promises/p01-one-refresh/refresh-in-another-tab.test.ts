/** P1: what happens in one tab while another one’s refresh is under way is neither lost nor taken for something else. */

import { type AuthClient, cookieRefresh } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { openRawChannel } from '../../world/messages.ts';
import { show } from '../../world/page.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';
import { gate, rest } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  show('hidden');
});

async function adasTabs(): Promise<readonly [AuthClient, AuthClient]> {
  const tabs = await adasTwoTabs(server);
  await pass(1_000);
  return tabs;
}

describe('a sign-in that fails in one tab', () => {
  it('requests in one tab are replayed though another’s sign-in fails', async () => {
    const [one, two] = await adasTabs();
    server.expireAccessTokens();
    const login = gate();
    const signingIn = failureOf(
      one.signIn(async () => {
        await login.opened;
        throw new TypeError('Failed to fetch');
      }),
    );
    await rest();
    const waiting = [1, 2, 3].map((id) => two.fetch(`${API}/${id}`));
    await rest();
    login.open();
    await signingIn;

    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a refresh that is under way elsewhere keeps its answer', async () => {
    const name = newBrowser();
    const slow = await adasTab(server, { name });
    const quick = openTab({ name, refreshTimeout: 500 });
    await passUntil(quick.restore(), 10);
    await pass(1_000);
    const old = await slow.getAccessToken();
    const hold = server.holdRefresh();
    const refreshing = slow.refresh();
    await hold.arrived;
    expect(await passUntil(failureOf(quick.signIn()), 100)).toMatchObject({ code: 'refresh-unavailable' });
    await rest();
    hold.release();

    expect(await refreshing).toMatchObject({ subject: 'ada' });
    expect(await slow.getAccessToken()).not.toBe(old);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a restore that hears late of a session', () => {
  it.each([
    ['the end of the session', 401, { status: 'signed-out', reason: 'expired' }],
    [
      'a refusal for want of a CSRF cookie',
      403,
      { status: 'restoring', error: { code: 'refresh-unavailable', retryable: false } },
    ],
  ] as const)('a restore that hears late of a session tells of %s', async (_, status, state) => {
    const name = newBrowser();
    const page = openTab({
      name,
      refresh: cookieRefresh({ url: '/auth/refresh', csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' } }),
    });
    const arrived = gate();
    const released = gate();
    server.answerRefresh = async () => {
      arrived.open();
      await released.opened;
      return Response.json({}, { status });
    };
    const restoring = reasonOf(page.restore());
    await othersStaySilent();
    await arrived.opened;
    const busy = openRawChannel(name);
    // Its token has expired, so it tells of the session alone.
    busy.say({ v: 1, kind: 'session', epoch: 5, id: 'of-ada', generation: 3, isAnswer: true });
    await rest();
    released.open();
    await restoring;
    await rest();

    expect(page.getState()).toEqual(state);
    expect(busy.heard.some(({ ended }) => ended === 'expired')).toBe(status === 401);
    busy.close();
  });
});
