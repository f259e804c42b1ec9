/** P6 and P7: `auth.signIn()` without a request, while other tabs sign out, or in, or know somebody. */

import { type AuthClient, cookieRefresh } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { SIGNED_OUT, subjectOf } from '../../given/shown.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { newBrowser, openTab, openTwoTabs } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

const sick = () => new Response('{}', { status: 500 });
let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** A tab where Ada is signed in, and a page that has just been opened beside it. */
async function adaAndNewPage(options: Parameters<typeof openTab>[0] = {}) {
  const name = newBrowser();
  const old = await adasTab(server, { name });
  return { old, page: openTab({ name, ...options }) };
}

const failToSignIn = (page: AuthClient) => passUntil(failureOf(page.signIn()), 10);

describe('a sign-in that fails in a new page, where another tab knows somebody by an opaque token', () => {
  beforeEach(() => {
    server.opaque = true;
    show('hidden');
  });

  it.each(['signIn()', 'signIn(request) after it', 'dispose() during it'])('%s puts them in doubt', async (how) => {
    const { old, page } = await adaAndNewPage();
    const held = server.holdRefresh();
    server.answerRefresh = how === 'dispose() during it' ? undefined : sick;
    const failure = failureOf(page.signIn());
    if (how === 'dispose() during it') {
      await pass(100);
      await held.arrived;
      server.cookie = undefined;
      page.dispose();
    }
    held.release();
    await passUntil(failure, 10);
    server.answerRefresh = undefined;
    // Bob’s cookie: of a login page in the new tab, or of a login whose answer is lost.
    const bobs = () => server.signIn('bob');
    const lost = async () => {
      bobs();
      throw new TypeError('Failed to fetch');
    };
    if (how === 'signIn(request) after it') await passUntil(failureOf(page.signIn(lost)), 200);
    else bobs();
    await pass(3_000, 500);
    outliveToken();

    const order = failureOf(old.fetch(`${API}/orders`, { method: 'POST', body: 'Ada’s' }));
    expect(await passUntil(order)).toMatchObject({ code: 'session-changed' });
    expect(server.apiRequests).toEqual([]);
  });
});

describe('a sign-out in another tab', () => {
  it('a sign-out elsewhere ends a cookie’s sign-in in a new page', async () => {
    const { old, page } = await adaAndNewPage();
    const hold = server.holdRefresh();
    const signingIn = failureOf(page.signIn());
    await othersStaySilent();
    await hold.arrived;
    const signingOut = old.signOut();
    expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'signed-out' });
    hold.release();

    expect(await passUntil(signingOut, 10)).toEqual({ serverConfirmed: true });
    expect([old.getState(), page.getState(), server.cookie]).toEqual([SIGNED_OUT, SIGNED_OUT, undefined]);
  });

  it('a sign-out elsewhere ends a cookie’s sign-in that waits', async () => {
    const { old, page } = await adaAndNewPage();
    server.answerRefresh = sick;
    server.answerLogout = sick;
    await failToSignIn(page);
    await passUntil(old.signOut(), 10);
    server.answerRefresh = undefined;
    await pass(10_000, 500);

    expect([old.getState(), page.getState()]).toEqual([SIGNED_OUT, SIGNED_OUT]);
  });

  it('after a sign-out elsewhere the page hears of new sign-ins', async () => {
    const [page, other] = await adasTwoTabs(server);
    const hold = server.holdRefresh();
    const signingIn = reasonOf(page.signIn());
    await hold.arrived;
    const signingOut = other.signOut();
    hold.release();
    await passUntil(Promise.all([signingIn, signingOut]), 10);
    await passUntil(other.signIn(server.login('carol')), 10);

    await until(() => page.getState().status === 'signed-in', 'the page knows her');
    expect((await page.fetch(`${API}/orders`)).status).toBe(200);
  });
});

describe('a cookie’s sign-in that fails', () => {
  it('a page without a user hears of who signs in elsewhere', async () => {
    const [page, other] = openTwoTabs();
    await passUntil(reasonOf(page.restore()), 10);
    server.answerRefresh = sick;
    await failToSignIn(page);
    await other.signIn(server.login('ada'));

    await until(() => page.getState().status === 'signed-in', 'the page knows her');
  });

  it('a sign-in elsewhere counts at once, however long the server’s pause', async () => {
    const { old, page } = await adaAndNewPage();
    server.answerRefresh = () => new Response('{}', { status: 503, headers: { 'Retry-After': '600' } });
    await failToSignIn(page);
    await passUntil(old.signIn(server.login('carol')), 10);

    await until(() => page.getState().status === 'signed-in', 'the page knows her');
    expect(page.getState()).toMatchObject({ subject: 'carol' });
  });

  it('a request made during signIn() isn’t sent as another user', async () => {
    const [page, other] = await adasTwoTabs(server);
    server.answerRefresh = async () => {
      await other.setSession(server.signIn('carol'));
      await until(() => JSON.stringify(page.getState()).includes('carol'), 'the page knows her');
      return sick();
    };
    const signingIn = failureOf(page.signIn());
    const order = page.fetch(`${API}/orders`, { method: 'POST' });

    await passUntil(signingIn, 10);
    await passUntil(order, 10);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  /** A popup, which is none of the client's, has set Bob's cookie, and Ada's page calls signIn(). */
  async function bobComesByPopup(given?: { isExpired: boolean }) {
    const page = await adasTab(server);
    server.signIn('bob');
    if (given?.isExpired) jumpWallClock(61_000);
    const held = server.holdRefresh();
    const signingIn = page.signIn();
    await held.arrived;
    expect(subjectOf(page)).toBe('ada');
    const draft = reasonOf(page.fetch(`${API}/draft`, { method: 'PUT', body: 'Ada’s' }));
    const token = page.getAccessToken().catch((error) => error);
    await rest();
    held.release();
    await passUntil(signingIn, 10);
    expect(subjectOf(page)).toBe('bob');
    return { draft, token };
  }

  it('what Ada does while signIn() runs, and she still shows, is sent as hers', async () => {
    const { draft } = await bobComesByPopup();

    expect(await draft).toBeUndefined();
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('what Ada does meanwhile isn’t sent as Bob, if it had to wait', async () => {
    const { draft, token } = await bobComesByPopup({ isExpired: true });

    expect(await draft).toMatchObject({ code: 'session-changed' });
    expect(await token).toMatchObject({ code: 'session-changed' });
    expect(server.apiRequests).toEqual([]);
  });

  it('a 403 without a CSRF cookie signs nobody out in other tabs', async () => {
    const csrf = { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' };
    const { old, page } = await adaAndNewPage({ refresh: cookieRefresh({ url: '/auth/refresh', csrf }) });
    server.answerRefresh = () => Response.json({}, { status: 403 });

    expect(await failToSignIn(page)).toMatchObject({ code: 'refresh-unavailable' });
    expect(old.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });
});
