/** P4: a tab closed in mid-refresh leaves a mark of its request, and whoever comes next waits for its cookie. */

import type { AuthClient } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adasMarkingTab, KEY, marksIn, openMarkingTab, TIMEOUT } from '../../given/refresh-marks.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { stubStorage } from '../../world/storage.ts';
import { record } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
let marks: Map<string, string>;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  marks = stubStorage();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const markOfAge = (age: number) => marks.set(KEY, String(Date.now() - age));

describe('the mark of a request', () => {
  it('a request’s mark holds a time and goes with the answer', async () => {
    const auth = await adasMarkingTab(server);
    const hold = server.holdRefresh();
    const request = auth.fetch(`${API}/x`);
    await hold.arrived;
    expect(marksIn(marks)).toEqual([[KEY, String(Date.now())]]);
    hold.release();
    expect((await request).status).toBe(200);
    expect(marksIn(marks)).toEqual([]);
  });

  it.each([
    ['a server that is down', () => Response.json({}, { status: 500 })],
    ['a server that says "later"', () => Response.json({}, { status: 503, headers: { 'Retry-After': '60' } })],
  ])('a request’s mark goes with the answer of %s', async (_, answer) => {
    const auth = await adasMarkingTab(server);
    server.answerRefresh = answer;
    await auth.fetch(`${API}/x`).catch(() => {});
    expect(marksIn(marks)).toEqual([]);
  });

  it('a failed request’s mark stays while the network is up', async () => {
    const auth = await adasMarkingTab(server);
    server.answerRefresh = () => Response.error();
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    await auth.fetch(`${API}/x`).catch(() => {});
    expect(marksIn(marks)).toHaveLength(1);
  });

  it('a failed request’s mark stays though its page hears of another tab', async () => {
    const auth = await adasMarkingTab(server);
    show('hidden');
    server.answerRefresh = () => Response.error();
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    await auth.fetch(`${API}/x`).catch(() => {});
    const before = marksIn(marks);
    expect(before).toHaveLength(1);
    const seen = record(auth);
    await passUntil(openMarkingTab().setSession(server.signIn('ada')), 10);
    await until(() => seen.some(({ name }) => name === 'refreshed'), 'it has heard');
    await rest();

    expect(marksIn(marks)).toEqual(before);
  });

  it('a page that lives on gives up its failed request’s mark', async () => {
    const auth = await adasMarkingTab(server);
    show('hidden');
    server.answerRefresh = () => Response.error();
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    await auth.fetch(`${API}/x`).catch(() => {});
    await pass(500);
    expect(marksIn(marks)).toHaveLength(1);
    await pass(1_500, 100);
    expect(marksIn(marks)).toEqual([]);

    server.answerRefresh = undefined;
    const signingIn = auth.signIn(server.login('ada'));
    await rest();
    expect(await standing(signingIn)).toBe('fulfilled');
  });

  it('a failed request’s mark goes where there is no network', async () => {
    const auth = await adasMarkingTab(server);
    server.answerRefresh = () => Response.error();
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: false });
    await auth.fetch(`${API}/x`).catch(() => {});
    expect(marksIn(marks)).toEqual([]);
  });
});

describe('a mark that a page has left behind', () => {
  it.each<[string, (auth: AuthClient, login: () => Promise<object>) => Promise<unknown>]>([
    ['a refresh', (auth) => auth.refresh()],
    ['a sign-in', (auth, login) => auth.signIn(login)],
  ])('after a page left its mark, %s waits half of the timeout', async (_, act) => {
    const auth = await adasMarkingTab(server);
    markOfAge(1_000);
    const login = vi.fn(server.login('bob'));
    const requests = () => server.refreshCalls + login.mock.calls.length;
    const acting = act(auth, login);
    await pass(TIMEOUT / 2 - 1_000 - 1, 500);
    expect(requests()).toBe(0);
    expect(await standing(acting)).toBe('pending');
    await pass(60);
    expect(await acting).toMatchObject({ status: 'signed-in' });
    expect(requests()).toBe(1);
  });

  it.each<[string, (auth: AuthClient, login: () => Promise<object>) => Promise<unknown>]>([
    ['a refresh', (auth) => auth.refresh()],
    ['a sign-in', (auth, login) => auth.signIn(login)],
  ])('in a page that is frozen, %s is given up', async (_, act) => {
    const auth = await adasMarkingTab(server);
    markOfAge(0);
    const login = vi.fn(server.login('bob'));
    const acting = act(auth, login);
    await rest();
    document.dispatchEvent(new Event('freeze'));
    await expect(acting).rejects.toMatchObject({ code: 'refresh-unavailable' });
    marks.clear();
    await pass(500);
    expect(login).not.toHaveBeenCalled();
    expect(server.refreshCalls).toBe(0);
  });

  it('a mark that goes holds nobody up any longer', async () => {
    const auth = await adasMarkingTab(server);
    markOfAge(0);
    const refreshing = auth.refresh();
    await rest();
    expect(server.refreshCalls).toBe(0);
    marks.clear();
    await pass(60);
    expect(await refreshing).toMatchObject({ status: 'signed-in' });
    expect(server.refreshCalls).toBe(1);
  });

  it('nobody waits for a mark once the session has changed', async () => {
    const auth = await adasMarkingTab(server);
    markOfAge(0);
    const refreshing = auth.refresh();
    await rest();
    await auth.setSession(server.signIn('ada'));
    await rest();
    expect(await refreshing).toMatchObject({ status: 'signed-in' });
    expect(server.refreshCalls).toBe(0);
  });

  it('a sign-in waits for a mark whatever other tabs say meanwhile', async () => {
    const auth = await adasMarkingTab(server);
    const other = openMarkingTab();
    await other.restore();
    markOfAge(0);
    const heard = record(auth);
    const login = vi.fn(server.login('bob'));
    const signingIn = auth.signIn(login);
    await rest();
    await other.setSession(server.signIn('ada'));
    await until(() => heard.length > 0);
    await pass(TIMEOUT / 2 - 100, 500);
    expect(login).not.toHaveBeenCalled();
    await pass(200);
    expect(await signingIn).toMatchObject({ subject: 'bob' });
  });

  it.each([
    ['old', () => markOfAge(TIMEOUT / 2)],
    ['of the future, by a clock that was set back', () => markOfAge(-TIMEOUT)],
    ['no time at all', () => marks.set(KEY, 'yesterday')],
    ['of another endpoint', () => marks.set('silent-refresh:https://app.test/other', String(Date.now()))],
  ])('nobody waits for a mark that is %s', async (_, leave) => {
    const auth = await adasMarkingTab(server);
    leave();
    const refreshing = auth.refresh();
    await rest();
    expect(server.refreshCalls).toBe(1);
    await passUntil(refreshing);
  });

  it('without Web Locks no mark counts, and none is made', async () => {
    vi.stubGlobal('navigator', { onLine: true });
    const auth = await adasMarkingTab(server);
    markOfAge(0);
    await auth.refresh();
    expect(server.refreshCalls).toBe(1);

    marks.clear();
    const hold = server.holdRefresh();
    const refreshing = auth.refresh();
    await hold.arrived;
    expect(marksIn(marks)).toEqual([]);
    hold.release();
    await refreshing;
  });
});
