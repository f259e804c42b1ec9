/** The option `debug`: what a client decides, in its order, with what it knew. Here it reads as the console says it. */

import type { AuthClientOptions, DebugEntry } from 'silent-refresh';
import { beforeEach, expect, it, vi } from 'vitest';
import { narrate } from '../../src/development/narrate.ts';
import { outliveToken } from '../given/expired-token.ts';
import { failureOf } from '../given/failures.ts';
import { holdLock } from '../given/held-locks.ts';
import { API, type AuthServer, startAuthServer } from '../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../world/clocks.ts';
import { show } from '../world/page.ts';
import { refusal } from '../world/refusal.ts';
import { newBrowser, openTab, signedInEverywhere } from '../world/tabs.ts';
import { gate, rest } from '../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** A tab, and what it tells from here on. When it looks again is drawn by lot. */
function watched(options: Partial<AuthClientOptions> = {}) {
  const told: string[] = [];
  const debug = (entry: DebugEntry) => void told.push(narrate(entry).replace(/again in \d+ ms/, 'again in some time'));
  return { auth: openTab({ ...options, debug }), told: () => told.splice(0) };
}

const LOOKS_AGAIN = 'looks again in some time whether a refresh is due';

it('tells of a sign-in, a 401 and a sign-out', async () => {
  const { auth, told } = watched();
  await auth.signIn(server.login('ada'));
  expect(told()).toEqual(['has token 1 of this session, from this tab', LOOKS_AGAIN, 'signed in as ada']);

  server.expireAccessTokens();
  await auth.fetch(`${API}/orders?secret`);
  expect(told()).toEqual([
    `GET ${API}/orders waits for a token`,
    'had its turn at once',
    'sent the refresh',
    'the refresh was answered after 0 ms: renewed',
    'has token 2 of this session, from this tab',
    LOOKS_AGAIN,
    'the token was refreshed by this tab',
    `replayed GET ${API}/orders: 200`,
  ]);

  await auth.signOut();
  expect(told()).toEqual(['the session is over (signed-out), by this tab', 'signed out: signed-out']);
  auth.dispose();
  expect(told().at(-1)).toBe('the client is disposed of');
});

it('tells how long a refresh took, why it failed, and of the pause', async () => {
  const { auth, told } = watched();
  await auth.signIn(server.login('ada'));
  told();
  const arrived = gate();
  const released = gate();
  server.answerRefresh = async () => {
    arrived.open();
    await released.opened;
    return Response.json({}, { status: 503, headers: { 'Retry-After': '20' } });
  };
  const failed = failureOf(auth.refresh());
  await arrived.opened;
  await pass(250);
  released.open();
  await failed;
  expect(told()).toEqual([
    'had its turn at once',
    'sent the refresh',
    'the refresh was answered after 250 ms: not-processed, since it answered 503, application/json',
    'no refresh for 20000 ms, as the server asks (known by this tab)',
    expect.stringMatching(/^the refresh failed \(refresh-unavailable\): /),
    LOOKS_AGAIN,
  ]);
});

it('tells of a pause that only this client makes', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { auth, told } = watched();
  await auth.signIn(server.login('ada'));
  told();
  server.answerRefresh = () => Response.json({}, { status: 500 });
  await failureOf(auth.refresh());
  expect(told()).toContain('no refresh for 1000 ms, after a failure (known by this tab)');
});

it('tells of what other tabs know and do', async () => {
  const name = newBrowser();
  const here = watched({ name });
  const there = watched({ name });
  await here.auth.signIn(server.login('ada'));
  await signedInEverywhere(here.auth, there.auth);
  expect(there.told()).toEqual(['has token 1 of this session, from another tab', LOOKS_AGAIN, 'signed in as ada']);

  server.answerRefresh = () => Response.json({}, { status: 429, headers: { 'Retry-After': '20' } });
  await failureOf(here.auth.refresh());
  await rest();
  expect(there.told()).toContain('no refresh for 20000 ms, as the server asks (known by another tab)');

  server.answerRefresh = undefined;
  await pass(20_000);
  await passUntil(here.auth.refresh(), 10);
  await rest();
  expect(there.told()).toContain('the token was refreshed by another tab');

  const late = watched({ name });
  await passUntil(late.auth.restore(), 10);
  expect(late.told().filter((each) => each.includes('told'))).toEqual([
    'another tab has told what it knows, after 0 ms',
  ]);
  const lonely = watched();
  await passUntil(lonely.auth.restore(), 5);
  expect(lonely.told()[0]).toBe('no other tab has told more within 25 ms');
});

it('tells how long it waited for its turn', async () => {
  const name = newBrowser();
  const { auth, told } = watched({ name });
  await auth.signIn(server.login('ada'));
  told();
  const letGo = await holdLock(name);
  const refreshed = auth.refresh();
  await pass(40);
  await letGo();
  await refreshed;
  expect(told()[0]).toBe('waited 40 ms for its turn');
});

it('tells of a tab that was faster', async () => {
  const name = newBrowser();
  const tabs = [watched({ name }), watched({ name })] as const;
  await tabs[0].auth.signIn(server.login('ada'));
  await signedInEverywhere(...tabs.map(({ auth }) => auth));
  show('hidden');
  outliveToken();
  await passUntil(Promise.all(tabs.map(({ auth }) => auth.getAccessToken())), 10);
  const told = tabs.map(({ told }) => told());
  expect(told.flat()).toContain('sent the refresh');
  expect(told.flat()).toContain('another tab was faster: no refresh is sent');
});

it('tells of an answer that comes too late', async () => {
  const { auth, told } = watched();
  await auth.signIn(server.login('ada'));
  const held = server.holdRefresh();
  const refreshed = failureOf(auth.refresh());
  await held.arrived;
  const signedOut = auth.signOut();
  told();
  held.release();
  await Promise.all([refreshed, signedOut]);
  expect(told()).toEqual([
    'the refresh was answered after 0 ms: renewed',
    'dropped that answer: the session has moved on meanwhile',
  ]);
});

it('tells of a 401 that costs no refresh, and of the page that wakes up', async () => {
  const { auth, told } = watched();
  await auth.signIn(server.login('ada'));
  server.answerApi = () => refusal();
  await auth.fetch(`${API}/orders`);
  told();
  await auth.fetch(`${API}/orders`);
  expect(told()).toEqual([`GET ${API}/orders met a 401, and no refresh is tried: the last ones were of no use`]);

  show('hidden');
  expect(told()).toContain('the page woke up: visibilitychange');
});

it('true is for the console', async () => {
  const onConsole = vi.spyOn(console, 'debug').mockImplementation(() => {});
  const auth = openTab({ debug: true });
  await auth.signIn(server.login('ada'));
  expect(onConsole).toHaveBeenCalledWith('silent-refresh:', { at: 0, what: 'signed-in', subject: 'ada' });
});
