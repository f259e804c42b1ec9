/** `authServer({ hintCookie })` in jsdom: the cookie is there, changes and goes as by a real server, and the client believes it. */

import { http } from 'msw';
import { type AuthClient, createAuthClient } from 'silent-refresh';
import { type AuthServer, type AuthServerOptions, authServer } from 'silent-refresh/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../../given/failures.ts';
import { network } from '../../../world/network.ts';

type Handler = ReturnType<typeof http.all>;

const HINT = 'has_session';
const clients: AuthClient[] = [];
const servers: AuthServer<Handler>[] = [];

afterEach(() => {
  for (const each of clients.splice(0)) each.dispose();
  for (const each of servers.splice(0)) each.reset();
  expect(hint()).toBeUndefined();
});

function serve(options: Partial<AuthServerOptions<Handler>> = {}) {
  const server = authServer({ http, hintCookie: HINT, ...options });
  network.use(...server.handlers);
  servers.push(server);
  return server;
}

function openPage(hintCookie: string | undefined = HINT): AuthClient {
  const auth = createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', hintCookie, tabs: false });
  clients.push(auth);
  return auth;
}

const login = (password = 'secret') =>
  fetch('/auth/login', { method: 'POST', body: new URLSearchParams({ user: 'ada', password }) });
const refresh = () => fetch('/auth/refresh', { method: 'POST' }).then(({ status }) => status);
const setCookie = (cookie: string) => Object.assign(document, { cookie });
const hint = () => /has_session=([^;]*)/.exec(document.cookie)?.[1];
const [session, rotation] = [() => hint()?.split('.')[0], () => hint()?.split('.')[1]];

async function signedIn(options?: Parameters<typeof serve>[0]) {
  const server = serve(options);
  const auth = openPage();
  await auth.signIn(() => login());
  return { server, auth };
}

describe('the client', () => {
  it('of a visitor is signed out at once, by no request', () => {
    const server = serve();
    expect(openPage().getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(server.counts.refreshes).toBe(0);
  });

  it('of somebody who has signed in before restores their session', async () => {
    const server = serve();
    server.signIn('ada');
    const auth = openPage();
    expect(auth.getState()).toEqual({ status: 'restoring' });
    expect(await auth.restore()).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(server.counts).toMatchObject({ refreshes: 1, reuseAlarms: 0 });
  });

  it('of somebody who has signed out is that of a visitor', async () => {
    const { server, auth } = await signedIn();
    await auth.signOut();
    expect(openPage().getState()).toMatchObject({ status: 'signed-out' });
    expect(server.counts.refreshes).toBe(0);
  });

  it('goes on as the user who has signed in elsewhere', async () => {
    const { server, auth } = await signedIn();
    server.signIn('bob');
    server.expireAccessTokens();
    expect(await failureOf(auth.fetch('/api/orders'))).toMatchObject({ code: 'session-changed' });
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
  });
});

describe('the cookie', () => {
  it('names the session, and each of its refresh tokens', async () => {
    await signedIn();
    const [value, first] = [hint(), session()];
    expect(value).toMatch(/^\d+\.\d+$/);
    expect(await refresh()).toBe(200);
    expect(hint()).not.toBe(value);
    expect(session()).toBe(first);
    await login();
    expect(session()).not.toBe(first);
  });

  it('of a refresh token that is given again is the same', async () => {
    const { server } = await signedIn({ overlap: 60_000 });
    server.fail('refresh', 'drop', { times: 1, afterProcessing: true });
    await failureOf(refresh());
    expect(rotation()).toBe('0');
    expect(await refresh()).toBe(200);
    expect(rotation()).toBe('1');
  });

  it('of another server names another session', () => {
    serve().signIn('ada');
    const value = hint();
    serve().signIn('ada');
    expect(hint()).not.toBe(value);
  });

  it('goes at a sign-out', async () => {
    const { auth } = await signedIn();
    expect(await auth.signOut()).toEqual({ serverConfirmed: true });
    expect(hint()).toBeUndefined();
  });

  it('goes when the server says that the session is over, and not before', async () => {
    const { server, auth } = await signedIn();
    server.revokeSession('ada');
    expect(hint()).toBeDefined();
    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'session-expired' });
    expect(hint()).toBeUndefined();
  });

  it('goes with a reuse alarm', async () => {
    const { server } = await signedIn();
    server.fail('refresh', 'drop', { times: 1, afterProcessing: true });
    await failureOf(refresh());
    expect(await refresh()).toBe(401);
    expect([server.counts.reuseAlarms, hint()]).toEqual([1, undefined]);
  });

  it.each(['drop', 'unavailable', 'error', 'html', 'unauthorized'] as const)(
    'stays where a refresh meets "%s" instead of an answer',
    async (fault) => {
      const { server } = await signedIn();
      const value = hint();
      const { met } = server.fail('refresh', fault);
      await refresh().catch(() => {});
      await met;
      expect(hint()).toBe(value);
    },
  );

  it('stays where a sign-out fails', async () => {
    const { server, auth } = await signedIn();
    server.fail('signOut', 'error');
    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
    expect(hint()).toBeDefined();
  });

  it('is no matter of a login that is refused', async () => {
    await signedIn({ users: { ada: { password: 'secret' } } });
    const value = hint();
    expect((await login('guess')).status).toBe(401);
    expect(hint()).toBe(value);
  });

  it('comes with a login handler of the test’s own', async () => {
    const server = serve();
    network.use(http.post('/login', () => server.signIn('ada')));
    await openPage().signIn(() => fetch('/login', { method: 'POST' }));
    expect(hint()).toBeDefined();
  });

  it('goes with reset()', async () => {
    const { server } = await signedIn();
    server.reset();
    expect(hint()).toBeUndefined();
  });

  it('that a server before has left goes when one is made: nobody is signed in there', () => {
    setCookie(`${HINT}=left.1; Path=/`);
    serve();
    expect(hint()).toBeUndefined();
  });

  it('is there on each page of the app', async () => {
    history.pushState(null, '', '/orders/7');
    await signedIn();
    history.pushState(null, '', '/');
    expect(hint()).toBeDefined();
  });

  it('leaves other cookies alone', async () => {
    setCookie('theme=dark');
    const { auth } = await signedIn();
    await auth.signOut();
    expect(document.cookie).toBe('theme=dark');
    setCookie('theme=; Max-Age=0');
  });
});

it('without the option no cookie is set, and a client that wants one is signed out at once', () => {
  const server = serve({ hintCookie: undefined });
  server.signIn('ada');
  expect(document.cookie).toBe('');
  expect(openPage().getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
});
