/** P4 with the option `hintCookie`: whoever waits for the answer that a closed tab has left behind sees it come. */

import type { AuthClient } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adasMarkingTab, KEY, marksIn, openMarkingTab, TIMEOUT } from '../../given/refresh-marks.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { HINT, setHint, stubCookieStore } from '../../world/hint-cookie.ts';
import { stubStorage } from '../../world/storage.ts';
import { rest, standing } from '../../world/waiting.ts';

const LIMIT = TIMEOUT / 2;
const options = { hintCookie: HINT };

let server: AuthServer;
let marks: Map<string, string>;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  server.hints = 'of-sessions';
  marks = stubStorage();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const hintNow = () => /has_session=(.*)/.exec(document.cookie)?.[1] ?? '';
/** As a page leaves it that has just begun a request. */
const leaveMark = (before = '') => marks.set(KEY, `${before}${Date.now()} =${hintNow()}`);
/** The answer to that request comes. */
const comes = () => setHint('session-1.of-the-closed-tab');

it('the mark of a request holds the hint cookie’s value', async () => {
  const auth = await adasMarkingTab(server, options);
  const value = hintNow();
  expect(value).not.toBe('');
  const hold = server.holdRefresh();
  const refreshing = auth.refresh();
  await hold.arrived;
  expect(marksIn(marks)).toEqual([[KEY, `${Date.now()} =${value}`]]);
  hold.release();
  await refreshing;
  expect(marksIn(marks)).toEqual([]);
});

const acts: [string, (auth: AuthClient, login: () => Promise<object>) => Promise<unknown>][] = [
  ['a refresh', (auth) => auth.refresh()],
  ['a sign-in', (auth, login) => auth.signIn(login)],
];

describe.each(acts)('%s after a tab was closed in mid-refresh', (_, act) => {
  async function begin() {
    const auth = await adasMarkingTab(server, options);
    leaveMark();
    const login = vi.fn(server.login('bob'));
    const requests = () => server.refreshCalls + login.mock.calls.length;
    return { acting: act(auth, login), requests };
  }

  it('goes on when the value changes', async () => {
    const { acting, requests } = await begin();
    await pass(600, 25);
    expect(requests()).toBe(0);
    comes();
    await pass(25);
    expect(requests()).toBe(1);
    expect(await acting).toMatchObject({ status: 'signed-in' });
  });

  it('goes on at the event of the change, though its timers stand still', async () => {
    stubCookieStore();
    const { acting, requests } = await begin();
    await pass(600, 25);
    comes();
    await rest();
    expect(requests()).toBe(1);
    expect(await acting).toMatchObject({ status: 'signed-in' });
  });

  it('goes on when the value is deleted', async () => {
    const { requests } = await begin();
    await pass(600, 25);
    setHint('');
    await pass(25);
    expect(requests()).toBe(1);
  });

  it('waits no longer than ever where the value stays', async () => {
    const { acting, requests } = await begin();
    await pass(LIMIT - 50, 25);
    expect(requests()).toBe(0);
    expect(await standing(acting)).toBe('pending');
    await pass(75, 25);
    expect(requests()).toBe(1);
    expect(await acting).toMatchObject({ status: 'signed-in' });
  });
});

it('a mark without a value is waited for as ever', async () => {
  const auth = await adasMarkingTab(server, options);
  marks.set(KEY, String(Date.now()));
  const refreshing = auth.refresh();
  comes();
  await pass(LIMIT - 50, 50);
  expect(server.refreshCalls).toBe(0);
  await pass(100, 50);
  expect(await refreshing).toMatchObject({ status: 'signed-in' });
});

describe('visitors', () => {
  it('nobody waits for a visitor’s request without the cookie', async () => {
    server.hints = 'none';
    leaveMark('nobody ');
    const auth = openMarkingTab(options);
    const signingIn = auth.signIn(server.login('ada'));
    await rest();
    expect(await standing(signingIn)).toBe('fulfilled');
  });

  it('where the server has signed somebody in without the cookie, its absence tells nothing', async () => {
    server.hints = 'none';
    const auth = await adasMarkingTab(server, options);
    leaveMark('nobody ');
    const refreshing = auth.refresh();
    await pass(900, 25);
    expect(server.refreshCalls).toBe(0);
    await pass(150, 25);
    expect(await refreshing).toMatchObject({ subject: 'ada' });
  });

  it('who has signed in by other means is a user', async () => {
    marks.set(KEY, 'nobody');
    server.signIn('ada');
    const auth = openMarkingTab(options);
    const hold = server.holdRefresh();
    const restoring = auth.restore();
    await pass(40);
    await hold.arrived;
    expect(marksIn(marks)).toEqual([[KEY, expect.stringMatching(/^\d+ =session-1\.\d+$/)]]);
    hold.release();
    expect(await restoring).toMatchObject({ subject: 'ada' });
  });
});
