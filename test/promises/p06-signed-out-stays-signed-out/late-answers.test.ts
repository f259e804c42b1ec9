/** P6: an answer that outlives a sign-out. What it brings is dropped, and the server is told once more: its cookie is there. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTwoTabs, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { SIGNED_OUT } from '../../given/shown.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openTwoTabs, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

const TIMEOUT = 10_000;
let server: AuthServer;
/** The sign-outs that reach the server, and the cookie that each of them finds. */
let signOuts: string[];
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  signOuts = [];
  // Many servers only delete the cookie that comes with the request.
  server.answerLogout = () => {
    signOuts.push(String(server.cookie));
    server.cookie = undefined;
    return new Response(null, { status: 204 });
  };
});

describe.each(['this tab', 'another tab'] as const)('a slow answer, and a sign-out in %s (P6)', (where) => {
  async function expiredTabs() {
    const [here, there] = await adasTwoTabs(server);
    outliveToken();
    return { here, there, leaver: where === 'this tab' ? here : there };
  }

  it('the cookie of a refresh that outlives the sign-out is deleted too', async () => {
    const { here, there, leaver } = await expiredTabs();
    const refresh = server.holdRefresh();
    const refreshing = failureOf(here.refresh());
    await refresh.arrived;
    const result = leaver.signOut();
    await pass(TIMEOUT + 5_000, 1_000);
    expect(await result).toEqual({ serverConfirmed: false });
    expect(signOuts).toEqual(['refresh-1']);
    refresh.release();
    await until(() => signOuts.length === 2, 'the server is told once more');
    await pass(TIMEOUT, 1_000);

    expect(signOuts).toEqual(['refresh-1', 'refresh-2']);
    expect(server.cookie).toBeUndefined();
    expect(await refreshing).toMatchObject({ code: 'signed-out' });
    for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
  });

  it('the cookie of a sign-in that outlives the sign-out is deleted too', async () => {
    const { here, there, leaver } = await expiredTabs();
    const login = gate<object>();
    const asked = gate();
    const signingIn = failureOf(
      here.signIn(() => {
        asked.open();
        return login.opened;
      }),
    );
    await asked.opened;
    const result = leaver.signOut();
    await pass(TIMEOUT + 5_000, 1_000);
    expect(await result).toEqual({ serverConfirmed: false });
    login.open(server.signIn('bob'));
    expect(await signingIn).toMatchObject({ code: 'signed-out' });
    await until(() => signOuts.length === 2, 'the server is told once more');
    await pass(TIMEOUT, 1_000);

    expect(signOuts).toEqual(['refresh-1', 'refresh-2']);
    expect(server.cookie).toBeUndefined();
    for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
  });

  it('the second sign-out request has its own turn among tabs', async () => {
    const { here, leaver } = await expiredTabs();
    const refresh = server.holdRefresh();
    void here.refresh();
    await refresh.arrived;
    const result = leaver.signOut();
    await pass(TIMEOUT, 1_000);
    await result;
    const onceMore = gate();
    const { answerLogout } = server;
    server.answerLogout = async (request) => {
      await onceMore.opened;
      return answerLogout?.(request) ?? new Response();
    };
    refresh.release();
    await until(() => server.logouts === 2, 'the server is told once more');
    // Somebody signs in right now: the cookie must not be deleted under them.
    const signingIn = here.signIn(server.login('bob'));
    await rest();
    expect(server.cookie).toBe('refresh-2');
    onceMore.open();

    expect(await signingIn).toMatchObject({ subject: 'bob' });
    expect(server.cookie).toBe('refresh-3');
  });

  it('whoever has signed in meanwhile keeps the cookie', async () => {
    const { here, there, leaver } = await expiredTabs();
    const refresh = server.holdRefresh();
    void here.refresh();
    await refresh.arrived;
    const result = leaver.signOut();
    await pass(TIMEOUT, 1_000);
    await result;
    await leaver.setSession(server.signIn('bob'));
    await signedInEverywhere(here, there);
    refresh.release();
    await pass(TIMEOUT, 1_000);

    expect(server.logouts).toBe(1);
    for (const tab of [here, there]) expect(tab.getState()).toMatchObject({ subject: 'bob' });
  });

  it('nothing more is sent after a refresh that the server refuses', async () => {
    const { here, leaver } = await expiredTabs();
    const refusal = gate<Response>();
    server.answerRefresh = () => refusal.opened;
    void here.refresh();
    await until(() => server.refreshCalls === 1);
    const result = leaver.signOut();
    await pass(TIMEOUT, 1_000);
    await result;
    refusal.open(Response.json({}, { status: 401 }));
    await pass(TIMEOUT, 1_000);

    expect(signOuts).toEqual(['refresh-1']);
  });

  it('a sign-out that had its turn is sent once, and confirmed', async () => {
    const { here, leaver } = await expiredTabs();
    const refresh = server.holdRefresh();
    void here.refresh();
    await refresh.arrived;
    const result = leaver.signOut();
    await pass(TIMEOUT - 1_000, 1_000);
    refresh.release();
    expect(await result).toEqual({ serverConfirmed: true });
    await pass(TIMEOUT, 1_000);

    expect(signOuts).toEqual(['refresh-2']);
    expect(server.cookie).toBeUndefined();
  });
});

describe('a login that is answered after it was given up (P6)', () => {
  /** Bob's, answered after 40 s. */
  const slowLogin = (auth: AuthClient) =>
    failureOf(
      auth.signIn(async () => {
        await new Promise((resolve) => setTimeout(resolve, 40_000));
        return server.signIn('bob');
      }),
    );

  it.each([5_000, 35_000])('its cookie is deleted after a sign-out %i ms after it began', async (ms) => {
    const [here, there] = openTwoTabs();
    void slowLogin(here);
    await pass(ms, 1_000);
    const result = there.signOut();
    await pass(60_000 - ms, 1_000);
    await result;

    expect(server.cookie).toBeUndefined();
    for (const tab of [here, there]) expect(tab.getState()).toEqual(SIGNED_OUT);
  });

  it('whoever signs in meanwhile keeps their cookie', async () => {
    const [here, there] = openTwoTabs();
    void slowLogin(here);
    await pass(35_000, 1_000);
    await here.signOut();
    await rest();
    // Ada’s login has its turn when Bob's is answered.
    const adas = gate();
    const signingIn = there.signIn(async () => {
      await adas.opened;
      return server.signIn('ada');
    });
    await pass(10_000, 1_000);
    adas.open();
    await signingIn;
    await pass(10_000, 1_000);

    expect(signOuts).toEqual(['undefined']);
    expect(await here.getAccessToken()).toBe(await there.getAccessToken());
    expect(there.getState()).toMatchObject({ subject: 'ada' });
  });
});

it.each(['this tab', 'another tab'])('a client disposed of after a sign-out: a slow refresh in %s', async (where) => {
  const [here, there] = await adasTwoTabs(server);
  outliveToken();
  const refresh = server.holdRefresh();
  const refreshing = failureOf((where === 'this tab' ? here : there).refresh());
  await refresh.arrived;
  const result = here.signOut();
  here.dispose();
  await pass(100);
  refresh.release();
  await refreshing;
  await until(() => signOuts.length === 2, 'the server is told once more');
  await pass(500);

  expect(await result).toEqual({ serverConfirmed: false });
  expect(signOuts).toEqual(['refresh-1', 'refresh-2']);
  expect(server.cookie).toBeUndefined();
});

describe('a slow, older answer (P6)', () => {
  it('an older, slow answer doesn’t replace the newer session', async () => {
    const { server, auth } = await signedIn();
    const held = server.holdRefresh();
    const slow = auth.refresh();
    await held.arrived;
    // Ada signs in anew while the refresh is under way.
    await auth.setSession(server.signIn('ada'));
    const newer = await auth.getAccessToken();
    held.release();
    await slow;
    await rest();

    expect(await auth.getAccessToken()).toBe(newer);
  });
});
