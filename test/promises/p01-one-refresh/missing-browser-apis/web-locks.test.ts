/** P1 without Web Locks, as on plain http: within a tab refreshes never overlap, and tabs still tell each other. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { adasTab, adasTwoTabs, signedIn } from '../../../given/ada.ts';
import { failureOf } from '../../../given/failures.ts';
import { liveThrough, lockManager, refuseWith, surroundWith, throwing } from '../../../given/missing-apis.ts';
import { API, startAuthServer } from '../../../world/auth-server.ts';
import { newBrowser, openTab } from '../../../world/tabs.ts';
import { rest, until } from '../../../world/waiting.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('without Web Locks', () => {
  it.each<[string, () => object]>([
    ['no navigator.locks: plain http on a LAN, an old WebView', () => ({})],
    ['locks.request rejects with a SecurityError: a sandboxed frame', () => lockManager(refuseWith('SecurityError'))],
    ['… with an InvalidStateError: an inactive document', () => lockManager(refuseWith('InvalidStateError'))],
    ['locks.request throws a SecurityError', () => lockManager(throwing('SecurityError'))],
    ['locks.request throws an InvalidStateError', () => lockManager(throwing('InvalidStateError'))],
    [
      '… while query still answers',
      () => ({ locks: { request: refuseWith('SecurityError'), query: async () => ({}) } }),
    ],
  ])('a client without Web Locks works within its tab: %s', async (_what, parts) => {
    surroundWith(parts());
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it('a client without a navigator works within its tab', async () => {
    vi.stubGlobal('navigator', undefined);
    const server = startAuthServer();
    await liveThrough(openTab(), server);
  });

  it.each<[string, () => object]>([
    ['none', () => ({})],
    ['refused', () => lockManager(refuseWith('SecurityError'))],
  ])('a refresh and sign-ins of one tab never overlap, locks being %s', async (_what, parts) => {
    surroundWith(parts());
    const { server, auth } = await signedIn();
    let [underWay, most, logins] = [0, 0, 0];
    const alone = async () => {
      most = Math.max(most, ++underWay);
      await rest();
      underWay--;
      return server.signIn('ada');
    };
    server.answerRefresh = async () => Response.json(await alone());
    const logIn = () => {
      logins++;
      return alone();
    };
    await Promise.all([auth.refresh(), auth.signIn(logIn), auth.signIn(logIn)]);
    await Promise.all([auth.signIn(logIn), auth.refresh(), auth.signIn(logIn)]);

    expect(most).toBe(1);
    expect(logins).toBe(4);
  });

  it('a sign-in that fails lets the next one have its turn', async () => {
    surroundWith({});
    const server = startAuthServer();
    const auth = openTab();
    const first = failureOf(auth.signIn(async () => Response.json({}, { status: 401 })));
    const second = auth.signIn(server.login('ada'));

    expect(await first).toMatchObject({ code: 'sign-in-failed' });
    expect(await second).toMatchObject({ subject: 'ada' });
  });

  it('tabs without Web Locks still tell each other who is signed in', async () => {
    surroundWith({});
    const server = startAuthServer();
    const name = newBrowser();
    const [a, b] = await adasTwoTabs(server, { name });
    expect(await openTab({ name }).restore()).toMatchObject({ subject: 'ada' });
    await b.refresh();
    await b.signOut();
    await until(() => a.getState().status === 'signed-out');
    expect(server.refreshCalls).toBe(1);
  });

  it('a leaving page that loses its place in line sends nothing', async () => {
    const server = startAuthServer();
    surroundWith(lockManager(refuseWith('AbortError')));
    const leaving = openTab();
    const logIn = vi.fn(server.login('ada'));

    expect(await failureOf(leaving.fetch(`${API}/orders`))).toMatchObject({ code: 'refresh-unavailable' });
    expect(await failureOf(leaving.signIn(logIn))).toMatchObject({ code: 'refresh-unavailable' });
    expect(server.refreshCalls).toBe(0);
    expect(logIn).not.toHaveBeenCalled();
  });

  it('a lock that is stolen from a refresh doesn’t lose its token', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const auth = await adasTab(server, { name });
    const refresh = server.holdRefresh();
    const refreshed = auth.refresh();
    await refresh.arrived;
    await navigator.locks.request(`silent-refresh:${name}`, { steal: true }, () => {});
    refresh.release();

    expect(await refreshed).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(await auth.getAccessToken()).toMatch(/^ey/);
    expect(server.refreshCalls).toBe(1);
  });
});

it('requests go out in a frame that may do nothing else', async () => {
  surroundWith(lockManager(refuseWith('SecurityError')));
  vi.stubGlobal('BroadcastChannel', undefined);
  const server = startAuthServer();
  const auth = openTab();
  server.signIn('ada');

  expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
});
