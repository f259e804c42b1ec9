/** `auth.signIn()` without a request: the cookie of a new session is there already, as after a login page's redirect. */

import { type AuthClient, RefreshUnavailableError, SignInFailedError } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../given/ada.ts';
import { HOUR } from '../given/durations.ts';
import { failureOf, reasonOf } from '../given/failures.ts';
import { othersStaySilent } from '../given/new-tab.ts';
import { marksIn } from '../given/refresh-marks.ts';
import { subjectOf } from '../given/shown.ts';
import { API, type AuthServer, jwt, startAuthServer, TOKEN_ENDPOINT } from '../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { stubStorage } from '../world/storage.ts';
import { newBrowser, openTab, openTwoTabs, record, signedInEverywhere } from '../world/tabs.ts';
import { gate, rest, standing, until } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** The login page, which is none of the client's, has set the cookie of this user. */
const comeBackAs = (user: string) => void server.signIn(user);

/** Its promise, after a new tab has given the others their moment to answer. */
async function signInByCookie(auth: AuthClient): Promise<unknown> {
  return passUntil(auth.signIn(), 10);
}

describe('signIn() without a request', () => {
  it('signIn() begins the session whose cookie is already there', async () => {
    const auth = openTab();
    const seen = record(auth);
    comeBackAs('ada');

    expect(await signInByCookie(auth)).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(seen).toEqual([{ name: 'signed-in', detail: { subject: 'ada' } }]);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
  });

  it('signIn() sends a refresh, which outlives its page', async () => {
    const send = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init));
    const auth = openTab({ fetch: send });
    comeBackAs('ada');
    await signInByCookie(auth);

    const [input, init] = send.mock.calls[0] ?? [];
    expect(send).toHaveBeenCalledTimes(1);
    expect(String(input)).toBe(TOKEN_ENDPOINT);
    expect(init).toMatchObject({ method: 'POST', credentials: 'include', keepalive: true, cache: 'no-store' });
    expect(new Headers(init?.headers).get('x-requested-with')).toBe('silent-refresh');
  });

  it('signIn() calls a refresh function of one’s own', async () => {
    const refresh = vi.fn(async (_: { readonly signal: AbortSignal }) => server.signIn('ada'));
    const auth = openTab({ refresh });

    expect(await signInByCookie(auth)).toMatchObject({ subject: 'ada' });
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(refresh.mock.calls[0]?.[0].signal.aborted).toBe(false);
  });

  it('signIn() notes its request while it is under way', async () => {
    const stored = stubStorage();
    const auth = openTab({ name: 'noted' });
    comeBackAs('ada');
    const hold = server.holdRefresh();
    const signingIn = auth.signIn();
    await othersStaySilent();
    await until(() => server.refreshCalls === 1);
    const [note] = [...stored.values()];
    expect(Date.now() - Number(note)).toBeLessThanOrEqual(40);
    hold.release();
    await signingIn;
    expect(marksIn(stored)).toEqual([]);
  });

  it('signIn() waits for a refresh in flight in another tab', async () => {
    const [here, there] = openTwoTabs();
    await there.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    const hold = server.holdRefresh();
    const refreshing = reasonOf(there.refresh());
    await hold.arrived;
    const signingIn = here.signIn();
    await pass(100);
    expect([await standing(signingIn), server.refreshCalls]).toEqual(['pending', 1]);
    hold.release();
    await refreshing;

    expect(await signingIn).toMatchObject({ status: 'signed-in' });
    expect(server).toMatchObject({ refreshCalls: 2, overlaps: 0, reuseAlarms: 0 });
  });

  it('signIn() keeps other tabs from refreshing until it is answered', async () => {
    const [here, there] = openTwoTabs();
    comeBackAs('ada');
    const hold = server.holdRefresh();
    const signingIn = here.signIn();
    await othersStaySilent();
    await until(() => server.refreshCalls === 1);
    const restoring = there.restore();
    await pass(100);
    expect(server.refreshCalls).toBe(1);
    hold.release();
    await signingIn;

    expect(await restoring).toMatchObject({ subject: 'ada' });
    expect(server).toMatchObject({ refreshCalls: 1, reuseAlarms: 0 });
  });
});

describe('the session that signIn() begins', () => {
  it('signIn() replaces another user’s session in every tab', async () => {
    const name = newBrowser();
    const there = await adasTab(server, { name });
    const seen = record(there);
    comeBackAs('bob');
    const here = openTab({ name });

    expect(await signInByCookie(here)).toMatchObject({ subject: 'bob' });
    await until(() => subjectOf(there) === 'bob', 'it is bob');
    expect(seen).toEqual([{ name: 'user-changed', detail: { subject: 'bob', previousSubject: 'ada' } }]);
    expect(subjectOf(here)).toBe('bob');
  });

  it('signIn() comes after a sign-out in another tab', async () => {
    const name = newBrowser();
    const there = await adasTab(server, { name });
    await there.signOut();
    comeBackAs('ada');
    const here = openTab({ name });

    expect(await signInByCookie(here)).toMatchObject({ subject: 'ada' });
    await signedInEverywhere(here, there);
  });

  it('signIn() replaces later sessions, though the clock was set back', async () => {
    const name = newBrowser();
    const there = await adasTab(server, { name });
    comeBackAs('bob');
    jumpWallClock(-HOUR);
    const here = openTab({ name });

    expect(await signInByCookie(here)).toMatchObject({ subject: 'bob' });
    await until(() => subjectOf(there) === 'bob', 'it is bob');
    expect(subjectOf(here)).toBe('bob');
  });

  it('signIn() begins another session than an opaque token’s before it', async () => {
    server.opaque = true;
    const [here, there] = openTwoTabs();
    await there.signIn(server.login('ada'));
    await signedInEverywhere(here, there);
    comeBackAs('bob');
    const seen = [record(here), record(there)];
    await signInByCookie(here);
    await until(() => seen.every((events) => events.length > 0), 'each tab has heard of it');

    for (const events of seen) expect(events.map(({ name }) => name)).toEqual(['user-changed']);
  });

  it.each([
    ['in a new tab', async (_: AuthClient) => {}],
    ['after a sign-out', async (auth: AuthClient) => void (await auth.signOut())],
  ])('requests made during signIn() belong to its session, %s', async (where, prepare) => {
    const auth = openTab();
    if (where !== 'in a new tab') await auth.signIn(server.login('ada'));
    await prepare(auth);
    comeBackAs('bob');
    const hold = server.holdRefresh();
    const signingIn = auth.signIn();
    await othersStaySilent();
    await until(() => server.refreshCalls === 1);
    const request = auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' });
    expect(await standing(request)).toBe('pending');
    expect(server.apiRequests).toEqual([]);
    hold.release();
    await signingIn;

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['bob']);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('signIn() without a request, in vain', () => {
  it.each([400, 401, 403])('signIn() rejects with SignInFailedError where the server answers %i', async (status) => {
    server.answerRefresh = () => Response.json({ error: 'invalid_grant' }, { status });
    const error = await failureOf(signInByCookie(openTab()));

    expect(error).toBeInstanceOf(SignInFailedError);
    expect(error).toMatchObject({ code: 'sign-in-failed', retryable: false });
    expect(server.refreshCalls).toBe(1);
  });

  it.each<[string, () => Response]>([
    ['there is no network', () => Response.error()],
    ['the server answers 500', () => Response.json({}, { status: 500 })],
    ['a proxy answers', () => new Response('<h1>Bad Gateway</h1>', { status: 403 })],
    ['the server answers 429', () => Response.json({}, { status: 429, headers: { 'Retry-After': '3600' } })],
    ['the server answers 503', () => Response.json({}, { status: 503, headers: { 'Retry-After': '3600' } })],
    ['the answer holds no token', () => Response.json({})],
  ])('signIn() rejects with RefreshUnavailableError where %s', async (_, answer) => {
    server.answerRefresh = answer;
    const error = await failureOf(signInByCookie(openTab()));

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(error).toMatchObject({ retryable: true });
    expect(server.refreshCalls).toBe(1);
  });

  it('signIn() after a sign-out says why the server couldn’t be asked', async () => {
    const auth = await adasTab(server);
    await auth.signOut();
    server.answerRefresh = () => Response.json({}, { status: 500 });

    expect(await failureOf(signInByCookie(auth))).toMatchObject({ code: 'refresh-unavailable' });
  });

  it('after a signIn() in vain an opaque token may be another user’s', async () => {
    server.opaque = true;
    const auth = await adasTab(server);
    comeBackAs('bob');
    server.answerRefresh = () => Response.json({}, { status: 500 });
    await failureOf(signInByCookie(auth));
    server.answerRefresh = undefined;
    const seen = record(auth);

    expect(await passUntil(failureOf(auth.refresh()))).toMatchObject({ code: 'session-changed' });
    expect(seen.map(({ name }) => name)).toEqual(['user-changed']);
  });

  it('signIn() works again after it has failed', async () => {
    comeBackAs('ada');
    server.answerRefresh = () => Response.json({}, { status: 500 });
    const auth = openTab();
    await failureOf(signInByCookie(auth));
    server.answerRefresh = undefined;

    expect(await passUntil(auth.signIn())).toMatchObject({ subject: 'ada' });
  });

  it('signIn() settles in time where no answer ever comes', async () => {
    const silent = gate<Response>();
    server.answerRefresh = () => silent.opened;
    const auth = openTab();
    const failure = failureOf(auth.signIn());
    await pass(31_000, 1_000);

    expect(await failure).toMatchObject({ code: 'refresh-unavailable' });
    silent.open(Response.json({}, { status: 500 }));
    await rest();
  });

  it('a sign-out during signIn() wins: the late answer is dropped', async () => {
    comeBackAs('ada');
    const auth = openTab();
    const hold = server.holdRefresh();
    const signingIn = failureOf(auth.signIn());
    await othersStaySilent();
    await until(() => server.refreshCalls === 1);
    const signingOut = auth.signOut();
    hold.release();

    expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'signed-out' });
    expect(await passUntil(signingOut, 10)).toEqual({ serverConfirmed: true });
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    expect(server.cookie).toBeUndefined();
  });
});

describe('signIn() without a request, while other tabs know somebody else', () => {
  /** Bob's tab, and one that comes back from a login page as Ada, whose refresh stands still. */
  async function adaComesBack() {
    const name = newBrowser();
    const bobs = openTab({ name });
    await bobs.signIn(server.login('bob'));
    comeBackAs('ada');
    return { bobs, here: openTab({ name }) };
  }

  it('nobody else shows until the session of the cookie has begun', async () => {
    const { bobs, here } = await adaComesBack();
    const seen = record(here);
    const shown: unknown[] = [];
    here.subscribe(() => shown.push(subjectOf(here)));
    expect(await signInByCookie(here)).toMatchObject({ subject: 'ada' });

    expect(shown).toEqual(['ada']);
    expect(seen).toEqual([{ name: 'signed-in', detail: { subject: 'ada' } }]);
    await until(() => subjectOf(bobs) === 'ada', 'the other tab knows of her');
  });

  it('a request made just before signIn() bears no other user’s token', async () => {
    const { here } = await adaComesBack();
    const request = here.fetch(`${API}/orders`, { method: 'POST' });
    await Promise.all([signInByCookie(here), passUntil(request, 10)]);

    expect(server.apiRequests.map(({ user, status }) => [user, status])).toEqual([['ada', 200]]);
  });

  it('a request made while signIn() fails is sent as nobody else', async () => {
    const { here } = await adaComesBack();
    server.answerRefresh = () => new Response('{}', { status: 500 });
    const signingIn = failureOf(here.signIn());
    const request = failureOf(here.fetch(`${API}/orders`));
    expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'refresh-unavailable' });
    expect(await passUntil(request, 10)).toMatchObject({ code: 'refresh-unavailable' });

    expect(here.getState()).toMatchObject({ status: 'restoring', error: { retryable: true } });
    expect(server.apiRequests).toEqual([]);
  });

  it('another user’s refresh shows nobody after a failed signIn()', async () => {
    const { bobs, here } = await adaComesBack();
    show('hidden');
    server.answerRefresh = () => new Response('{}', { status: 500 });
    await passUntil(failureOf(here.signIn()), 10);
    await pass(3_000);
    server.answerRefresh = () => Response.json({ access_token: jwt({ sub: 'bob', gen: 2 }), expires_in: 60 });
    await passUntil(bobs.refresh());
    await rest();

    expect(here.getState()).toMatchObject({ status: 'restoring', error: { code: 'refresh-unavailable' } });
  });

  it('the next refresh after a failed signIn() begins the cookie’s session', async () => {
    const { here } = await adaComesBack();
    server.answerRefresh = () => new Response('{}', { status: 500 });
    await passUntil(failureOf(here.signIn()), 10);
    server.answerRefresh = undefined;
    await pass(3_000, 100);

    expect(subjectOf(here)).toBe('ada');
    expect((await here.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['ada']);
  });

  it('a cookie that the server refuses ends the session that others know', async () => {
    const { bobs, here } = await adaComesBack();
    server.revoke('ada');
    expect(await passUntil(failureOf(here.signIn()), 10)).toMatchObject({ code: 'sign-in-failed', retryable: false });

    const ended = { status: 'signed-out', reason: 'expired' };
    expect(here.getState()).toEqual(ended);
    await until(() => bobs.getState().status === 'signed-out', 'the other tab knows');
    expect(bobs.getState()).toEqual(ended);
  });

  it('a sign-out elsewhere during signIn() is one in this tab, too', async () => {
    const [bobs, here] = openTwoTabs();
    await bobs.signIn(server.login('bob'));
    await signedInEverywhere(bobs, here);
    comeBackAs('ada');
    const hold = server.holdRefresh();
    const signingIn = failureOf(here.signIn());
    await hold.arrived;
    const signingOut = bobs.signOut();
    expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'signed-out' });
    expect(here.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    hold.release();

    expect(await passUntil(signingOut, 10)).toEqual({ serverConfirmed: true });
    expect(server.cookie).toBeUndefined();
  });

  it('a page that shows somebody stays with them where signIn() fails', async () => {
    const [bobs, here] = openTwoTabs();
    await bobs.signIn(server.login('bob'));
    await signedInEverywhere(bobs, here);
    server.answerRefresh = () => new Response('{}', { status: 500 });
    expect(await passUntil(failureOf(here.signIn()), 10)).toMatchObject({ code: 'refresh-unavailable' });
    expect(subjectOf(here)).toBe('bob');

    server.answerRefresh = undefined;
    void bobs.signOut();
    await until(() => here.getState().status === 'signed-out', 'it hears of the sign-out');
  });
});

it('signIn() beside a login that uses auth.fetch keeps nobody waiting', async () => {
  const auth = openTab();
  comeBackAs('ada');
  const started = gate();
  const login = auth.signIn(async () => {
    started.open();
    await rest();
    await auth.fetch(`${API}/csrf`);
    return server.signIn('ada');
  });
  await started.opened;
  const byCookie = auth.signIn();

  expect(await login).toMatchObject({ subject: 'ada' });
  expect(await passUntil(byCookie, 10)).toMatchObject({ subject: 'ada' });
});
