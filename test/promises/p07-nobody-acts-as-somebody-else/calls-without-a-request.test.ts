/** P7 for calls without a request: each belongs to the user who was signed in, or sought, when it was made. */

import {
  type AuthClient,
  isAuthError,
  RefreshUnavailableError,
  SessionChangedError,
  SignedOutError,
} from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf, reasonOf } from '../../given/failures.ts';
import { usersOf } from '../../given/received.ts';
import { becomes } from '../../given/shown.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  show('hidden');
  server = startAuthServer();
});

describe('getAccessToken() while a sign-in runs (P12)', () => {
  async function signingIn() {
    const auth = await adasTab(server);
    outliveToken();
    const answer = gate<object>();
    const signedIn = auth.signIn(() => answer.opened);
    await rest();
    return { auth, signedIn, answer };
  }

  it('during a sign-in getAccessToken() with an expired token says “later”', async () => {
    const { auth, signedIn, answer } = await signingIn();

    const error = await failureOf(auth.getAccessToken());

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(isAuthError(error) && error.retryable).toBe(true);
    expect(server.refreshCalls).toBe(0);
    answer.open(server.signIn('ada'));
    await signedIn;
    expect(await auth.getAccessToken()).toBeTypeOf('string');
  });

  it('during a sign-in a refused token costs no refresh either', async () => {
    const { auth, signedIn, answer } = await signingIn();

    expect(await failureOf(auth.getAccessToken({ refused: 'a token' }))).toBeInstanceOf(RefreshUnavailableError);
    expect(server.refreshCalls).toBe(0);
    answer.open(server.signIn('ada'));
    await signedIn;
  });
});

describe('refresh() is its caller’s (P7)', () => {
  /** Ada's refresh is under way in a tab of hers; another tab is open. */
  async function adasRefresh() {
    const [auth, other] = await adasTwoTabs(server);
    const held = server.holdRefresh();
    const refreshed = auth.refresh();
    await held.arrived;
    return { auth, other, held, refreshed };
  }

  it.for(['this tab', 'another tab'])('refresh() rejects where another user comes in %s', async (where) => {
    const { auth, other, held, refreshed } = await adasRefresh();

    await (where === 'this tab' ? auth : other).setSession(server.signIn('bob'));

    const error = await failureOf(refreshed);
    expect(error).toBeInstanceOf(SessionChangedError);
    expect(isAuthError(error) && error.code).toBe('session-changed');
    held.release();
    await becomes('bob', auth);
    await rest();
  });

  it('refresh() rejects where its token turns out another user’s', async () => {
    const auth = await adasTab(server);
    // Bob has signed in past the client: the cookie is theirs.
    server.signIn('bob');

    expect(await failureOf(auth.refresh())).toBeInstanceOf(SessionChangedError);
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
    expect(await auth.refresh()).toMatchObject({ subject: 'bob' });
  });

  it('refresh() resolves where the same user signs in again', async () => {
    const { auth, held, refreshed } = await adasRefresh();

    await auth.setSession(server.signIn('ada'));

    expect(await refreshed).toMatchObject({ status: 'signed-in', subject: 'ada' });
    held.release();
    await rest();
  });

  it('refresh() rejects where its user has left and another come', async () => {
    const { auth, held, refreshed } = await adasRefresh();

    const leaving = auth.signOut();
    const error = failureOf(refreshed);
    held.release();
    await leaving;
    await auth.signIn(server.login('bob'));

    const reason = await error;
    expect([SignedOutError, SessionChangedError].some((kind) => reason instanceof kind)).toBe(true);
  });
});

describe('a request made while restoring is for the session to be found (P7)', () => {
  const calls: { what: string; call: (auth: AuthClient) => Promise<unknown> }[] = [
    { what: 'a POST', call: (auth) => auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' }) },
    { what: 'getAccessToken()', call: (auth) => auth.getAccessToken() },
  ];

  /** A page that loads while the server wants no call for two seconds. */
  async function pausedRestore() {
    const auth = openTab();
    server.answerRefresh = () => new Response('', { status: 503, headers: { 'Retry-After': '2' } });
    const restored = reasonOf(auth.restore());
    // The question to other tabs comes first.
    await pass(30);
    await until(() => server.refreshCalls);
    await rest();
    return { auth, restored };
  }

  it.for(calls)('$what made while restoring is rejected where signIn(request) comes first', async ({ call }) => {
    const { auth, restored } = await pausedRestore();
    const made = failureOf(call(auth));
    await rest();

    await auth.signIn(server.login('bob'));

    expect(await standing(made)).toBe('fulfilled');
    expect(await made).toBeInstanceOf(SessionChangedError);
    expect(server.apiRequests).toEqual([]);
    await restored;
  });

  it.for(calls)('$what made while restoring is rejected where setSession() comes first', async ({ call }) => {
    const { auth, restored } = await pausedRestore();
    const made = failureOf(call(auth));
    await rest();

    await auth.setSession(server.signIn('bob'));

    expect(await standing(made)).toBe('fulfilled');
    expect(await made).toBeInstanceOf(SessionChangedError);
    expect(server.apiRequests).toEqual([]);
    await restored;
  });

  it.for(calls)('$what made while restoring is rejected where setSession() overtakes the cookie', async ({ call }) => {
    server.signIn('ada');
    const held = server.holdRefresh();
    const auth = openTab();
    const made = failureOf(call(auth));
    await pass(30);
    await held.arrived;

    await auth.setSession(server.signIn('bob'));

    expect(await made).toBeInstanceOf(SessionChangedError);
    held.release();
    await rest();
    expect(server.apiRequests).toEqual([]);
  });

  it.for(calls)('$what made while restoring goes with the session of the cookie', async ({ call }) => {
    server.signIn('ada');
    const held = server.holdRefresh();
    const auth = openTab();
    const made = call(auth);
    await pass(30);
    await held.arrived;
    held.release();

    await made;
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    expect(usersOf(server)).toEqual(server.apiRequests.map(() => 'ada'));
    expect(server.refreshCalls).toBe(1);
  });

  it.for(calls)('$what made while restoring goes with the session of another tab', async ({ call }) => {
    const name = newBrowser();
    const auth = openTab({ name });
    const other = openTab({ name });
    server.answerRefresh = () => new Response('', { status: 503, headers: { 'Retry-After': '2' } });
    const made = call(auth);
    await pass(30);
    await until(() => server.refreshCalls);

    await other.setSession(server.signIn('bob'));

    await made;
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
    expect(usersOf(server)).toEqual(server.apiRequests.map(() => 'bob'));
  });

  it.for(calls)('$what made while restoring goes with the session that signIn() finds', async ({ call }) => {
    const { auth, restored } = await pausedRestore();
    const made = call(auth);
    await rest();
    server.answerRefresh = undefined;
    server.signIn('bob');

    // The server's pause may have to end first.
    await passUntil(auth.signIn());

    await passUntil(made);
    expect(usersOf(server)).toEqual(server.apiRequests.map(() => 'bob'));
    await restored;
  });

  it('a request made after a sign-in goes as whoever signed in', async () => {
    const { auth, restored } = await pausedRestore();
    await auth.signIn(server.login('bob'));

    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

    expect(usersOf(server)).toEqual(['bob']);
    await restored;
  });
});
