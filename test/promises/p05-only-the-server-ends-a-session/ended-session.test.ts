/** P5: a session that the server has ended is over for everybody, and nothing is asked again. */

import { SessionExpiredError } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab, adasTabs } from '../../given/ada.ts';
import { HOUR, MINUTE } from '../../given/durations.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { times } from '../../given/times.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { goOnline, show } from '../../world/page.ts';
import { newBrowser, openTab, record, signedInEverywhere } from '../../world/tabs.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('a dead session makes no storm (P5)', () => {
  it('an ended session costs one call, and is told to everybody', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.revoke('ada');
    const errors = await Promise.all(times(50, (i) => failureOf(auth.fetch(`${API}/${i}`))));

    expect(errors.every((error) => error instanceof SessionExpiredError && !error.retryable)).toBe(true);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed', 'signed-out']);

    const later = await Promise.all(times(50, (i) => auth.fetch(`${API}/${i}`)));
    expect(later.every(({ status }) => status === 401)).toBe(true);
    expect(server.apiRequests.slice(-50).every(({ authorization }) => authorization === null)).toBe(true);
    goOnline();
    show('visible');
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('a sign-in without a cookie lasts as long as its token', async () => {
    const auth = await adasTab(server);
    server.cookie = undefined;
    await pass(MINUTE, 1_000);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    await auth.fetch(`${API}/orders`);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('a page load without a cookie costs one attempt', async () => {
    const auth = openTab();
    const orders = auth.fetch(`${API}/orders`);
    await othersStaySilent();
    expect((await orders).status).toBe(401);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    for (let visit = 0; visit < 20; visit++) await auth.fetch(`${API}/orders`);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('refresh() may still ask for a session that began elsewhere', async () => {
    const auth = openTab();
    const nobody = auth.restore();
    await othersStaySilent();
    await nobody;
    server.signIn('ada');
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('signing in works after a session has ended', async () => {
    const auth = await adasTab(server);
    server.revoke('ada');
    await failureOf(auth.refresh());
    await auth.signIn(server.login('bob'));
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a rejected refresh costs one call among tabs and ends every session', async () => {
    const tabs = await adasTabs(server, 4);
    server.revoke('ada');
    outliveToken();
    const failures = await Promise.all(tabs.map((tab) => tab.getAccessToken().catch((error: unknown) => error)));

    for (const failure of failures) expect(failure).toMatchObject({ code: 'session-expired', retryable: false });
    for (const tab of tabs) expect(tab.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a new page beside a tab whose session has expired', () => {
  /** A tab of Ada's, whose session the server has ended. */
  async function expiredTab() {
    const name = newBrowser();
    const old = await adasTab(server, { name });
    server.revoke('ada');
    await failureOf(old.refresh());
    expect(old.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    server.refreshCalls = 0;
    return { name, old };
  }

  it('it asks the server, which knows of a sign-in by other means, and tells the old tab', async () => {
    const { name, old } = await expiredTab();
    server.signIn('ada');

    expect(await passUntil(openTab({ name }).restore(), 10)).toMatchObject({ status: 'signed-in', subject: 'ada' });
    await signedInEverywhere(old);
    expect(server.refreshCalls).toBe(1);
  });

  it('it says that there is no session where the server knows of none, and asks once', async () => {
    const { name, old } = await expiredTab();
    const page = openTab({ name });

    expect(await passUntil(page.restore(), 10)).toEqual({ status: 'signed-out', reason: 'no-session' });
    await page.fetch(`${API}/orders`);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
    expect(old.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('it takes the user’s own sign-out for an answer', async () => {
    const { name, old } = await expiredTab();
    await passUntil(old.signOut(), 10);
    server.signIn('ada');

    expect(await openTab({ name }).restore()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    expect(server.refreshCalls).toBe(0);
  });
});
