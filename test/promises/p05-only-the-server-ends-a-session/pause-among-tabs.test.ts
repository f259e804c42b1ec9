/** P5 among tabs: a server that wants to be left alone says so once, and every tab keeps to it in the same way. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTabs } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { failureOf } from '../../given/failures.ts';
import { holdLock } from '../../given/held-locks.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { holdMessages, openRawChannel } from '../../world/messages.ts';
import { goOnline, show } from '../../world/page.ts';
import { stubStorage } from '../../world/storage.ts';
import { newBrowser, openTab, openTabs, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

const TEN_MINUTES = 600_000;
/** Takes its time, as networks do: messages between tabs arrive meanwhile. */
const refusing = (status: number, retryAfter?: string) => async () => {
  await rest();
  return Response.json({}, { status, headers: retryAfter ? { 'Retry-After': retryAfter } : {} });
};
const down = refusing(500);
const later = refusing;
let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  // None refreshes by itself.
  show('hidden');
});

/** Resolves once nobody calls the token endpoint any more, unless time passes. */
async function callsAreOver(): Promise<void> {
  for (let calls = 0; calls !== server.refreshCalls || !calls; ) {
    calls = server.refreshCalls;
    await rest();
    await rest();
  }
}

/** A tab that has its turn before it has heard of the pause makes one more call. */
const ONE_MORE = 1;

describe('tabs in line behind a "later" (P5)', () => {
  it.each([
    ['a 503 of one second', later(503, '1')],
    ['a 429 of one second', later(429, '1')],
    ['a 503 that names no time', later(503)],
    ['a 429 that names no time', later(429)],
  ])('%s fails no request in any tab', async (_, answer) => {
    const tabs = await adasTabs(server, 6);
    outliveToken();
    server.answerRefresh = answer;
    const requests = Promise.all(tabs.map((tab) => tab.fetch(`${API}/orders`).then(({ status }) => status)));
    requests.catch(() => {});
    await callsAreOver();
    server.answerRefresh = undefined;

    expect(await passUntil(requests)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(server).toMatchObject({ overlaps: 0, reuseAlarms: 0 });
    expect(server.refreshCalls).toBeLessThanOrEqual(2 + ONE_MORE);
  });

  it('a tab that came later waits out the pause as well', async () => {
    const [first, second] = (await adasTabs(server, 2)) as [AuthClient, AuthClient];
    outliveToken();
    server.answerRefresh = later(503, '4');
    const early = first.fetch(`${API}/orders`);
    await callsAreOver();
    server.answerRefresh = undefined;
    await pass(2_000);
    const late = second.fetch(`${API}/orders`);
    await pass(1_999);
    expect([await standing(early), await standing(late), server.refreshCalls]).toEqual(['pending', 'pending', 1]);
    await pass(1);

    expect([(await early).status, (await late).status]).toEqual([200, 200]);
    expect(server.refreshCalls).toBe(2);
  });

  it('no tab waits longer than its own `refreshTimeout`', async () => {
    const tabs = await adasTabs(server, 3);
    outliveToken();
    server.answerRefresh = later(503, '4');
    const requests = tabs.map((tab) => tab.fetch(`${API}/orders`));
    const errors = Promise.all(requests.map(failureOf));
    await pass(7_900, 100);
    expect(await Promise.all(requests.map(standing))).toEqual(['pending', 'pending', 'pending']);
    await pass(2_100, 100);

    for (const error of await errors) expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(server.refreshCalls).toBeLessThanOrEqual(3 * (1 + ONE_MORE));
  });

  it('a long pause is told in every tab at once', async () => {
    const tabs = await adasTabs(server, 6);
    outliveToken();
    server.answerRefresh = later(503, '600');
    const errors = await Promise.all(tabs.map((tab) => failureOf(tab.fetch(`${API}/orders`))));

    for (const error of errors) expect(error).toMatchObject({ code: 'refresh-unavailable', retryAfter: TEN_MINUTES });
    expect(server.refreshCalls).toBeLessThanOrEqual(1 + ONE_MORE);
  });

  it('a lost answer is told at once, and nothing is sent again', async () => {
    const tabs = await adasTabs(server, 6);
    outliveToken();
    server.answerRefresh = down;
    const errors = await Promise.all(tabs.map((tab) => failureOf(tab.fetch(`${API}/orders`))));

    for (const error of errors) expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(server.refreshCalls).toBeLessThanOrEqual(1 + ONE_MORE);
  });
});

describe('a pause that travels (P5)', () => {
  it.each([
    ['a 500', down],
    ['a 503 without Retry-After', later(503)],
  ])('the network’s return lifts the pause after %s in every tab', async (_, answer) => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const [first, second] = (await adasTabs(server, 2)) as [AuthClient, AuthClient];
    outliveToken();
    server.answerRefresh = answer;
    first.refresh();
    await callsAreOver();
    first.dispose();
    const waiting = second.fetch(`${API}/orders`);
    expect(await standing(waiting)).toBe('pending');
    server.answerRefresh = undefined;
    goOnline();

    // No time has passed.
    expect(await standing(waiting)).toBe('fulfilled');
    expect(server.refreshCalls).toBe(2);
  });

  it('the network’s return lifts no pause that the server named', async () => {
    const tabs = await adasTabs(server, 3);
    outliveToken();
    server.answerRefresh = later(503, '600');
    await failureOf(tabs[0]?.refresh() as Promise<unknown>);
    await rest();
    server.answerRefresh = undefined;
    goOnline();
    for (const tab of tabs) {
      expect(await failureOf(tab.getAccessToken())).toMatchObject({ retryAfter: TEN_MINUTES });
    }
    expect(server.refreshCalls).toBe(1);
  });

  it.each([
    ['500', down],
    ['shorter Retry-After', later(503, '20')],
  ])('another tab’s %s doesn’t shorten a pause that the server named', async (_, answer) => {
    const [first, second] = (await adasTabs(server, 2)) as [AuthClient, AuthClient];
    outliveToken();
    server.answerRefresh = later(503, '600');
    const messages = holdMessages();
    await failureOf(first.refresh());
    messages.lose();
    server.answerRefresh = answer;
    await failureOf(second.refresh());
    await rest();
    server.answerRefresh = undefined;
    const request = first.fetch(`${API}/orders`);
    request.catch(() => {});

    expect(await standing(request)).toBe('rejected');
    expect(await failureOf(request)).toMatchObject({ code: 'refresh-unavailable', retryAfter: TEN_MINUTES });
    expect(server.refreshCalls).toBe(2);
  });

  it('a success in another tab ends the pause', async () => {
    const [first, second] = (await adasTabs(server, 2)) as [AuthClient, AuthClient];
    outliveToken();
    server.answerRefresh = later(503, '600');
    await failureOf(first.refresh());
    await rest();
    server.answerRefresh = undefined;
    await second.signIn(server.login('ada'));
    await rest();
    server.expireAccessTokens();

    expect((await first.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('tabs opened during a pause that the server named make no call', async () => {
    const name = newBrowser();
    const [first] = (await adasTabs(server, 1, { name })) as [AuthClient];
    outliveToken();
    server.answerRefresh = later(503, '600');
    await failureOf(first.refresh());
    await pass(100_000);
    for (let opened = 0; opened < 5; opened++) {
      const restoring = openTab({ name }).restore();
      restoring.catch(() => {});
      await othersStaySilent();
      // What is left of it, less the moment that each new tab has waited for its answer.
      const { retryAfter } = (await failureOf(restoring)) as { retryAfter: number };
      expect(retryAfter).toBeGreaterThan(499_000);
      expect(retryAfter).toBeLessThanOrEqual(500_000);
    }
    expect(server.refreshCalls).toBe(1);
  });

  it('a visible tab opened during a pause is signed in after it', async () => {
    const name = newBrowser();
    const [first] = (await adasTabs(server, 1, { name })) as [AuthClient];
    outliveToken();
    server.answerRefresh = later(503, '600');
    await failureOf(first.refresh());
    server.answerRefresh = undefined;
    const opened = openTab({ name });
    opened.restore();
    await othersStaySilent();
    show('visible');
    await pass(TEN_MINUTES - 1_000, 10_000);
    expect(server.refreshCalls).toBe(1);
    await pass(2_000, 500);

    await until(() => opened.getState().status === 'signed-in', 'the new tab is signed in');
    expect(server.refreshCalls).toBe(2);
  });
});

describe('a pause that another tab tells of', () => {
  it('lasts as long as it is told', async () => {
    const name = newBrowser();
    const [auth] = (await adasTabs(server, 1, { name })) as [AuthClient];
    const other = openRawChannel(name);
    other.say({ v: 1, kind: 'cool-down', ms: 20, wall: Date.now(), isNamed: false, mayRetry: true });
    await rest();
    const refreshing = auth.refresh();
    await pass(19);
    expect(server.refreshCalls).toBe(0);
    await pass(1);

    expect(await refreshing).toMatchObject({ subject: 'ada' });
    other.close();
  });

  it('isn’t prolonged by tabs that are opened meanwhile', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const name = newBrowser();
    const [first] = (await adasTabs(server, 2, { name })) as [AuthClient, AuthClient];
    server.answerRefresh = down;
    await failureOf(first.refresh());
    server.answerRefresh = undefined;
    const refreshing = first.refresh();
    for (let opened = 0; opened < 5; opened++) {
      await pass(199);
      openTab({ name }).restore();
    }
    expect(server.refreshCalls).toBe(1);
    await pass(5);

    expect(await standing(refreshing)).toBe('fulfilled');
  });

  it('counts as one failure, however many tabs tell of it, and how often', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const name = newBrowser();
    const [auth] = (await adasTabs(server, 1, { name })) as [AuthClient];
    const other = openRawChannel(name);
    for (let ms = 1_000; ms < 1_010; ms++) {
      other.say({ v: 1, kind: 'cool-down', ms, wall: Date.now(), isNamed: false, mayRetry: false });
    }
    await rest();
    await pass(1_009);
    server.answerRefresh = down;

    // The second one, as a tab has it that has met both.
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 4_000 });
    other.close();
  });
});

describe('a pause that is over, or shorter than another', () => {
  it('coming online while a tab waits for its turn fails nobody', async () => {
    const name = newBrowser();
    const [auth] = (await adasTabs(server, 1, { name })) as [AuthClient];
    server.answerRefresh = down;
    await failureOf(auth.refresh());
    server.answerRefresh = undefined;
    await pass(2_100);
    const letGo = await holdLock(name);
    const refreshing = auth.refresh();
    await rest();
    goOnline();
    await letGo();

    expect(await refreshing).toMatchObject({ subject: 'ada' });
  });

  it('a pause named by the server outlasts other tabs’ reports', async () => {
    const name = newBrowser();
    const [auth] = (await adasTabs(server, 1, { name })) as [AuthClient];
    server.answerRefresh = later(503, '20');
    await failureOf(auth.refresh());
    const other = openRawChannel(name);
    other.say({ v: 1, kind: 'cool-down', ms: 21_000, wall: Date.now(), isNamed: false, mayRetry: false });
    await rest();
    goOnline();
    server.answerRefresh = undefined;

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'refresh-unavailable' });
    expect(server.refreshCalls).toBe(1);
    other.close();
  });

  it('a pause that the server names is told as such, though another one lasts longer', async () => {
    const name = newBrowser();
    const [auth] = (await adasTabs(server, 1, { name })) as [AuthClient];
    const other = openRawChannel(name);
    other.say({ v: 1, kind: 'cool-down', ms: 21_000, wall: Date.now(), isNamed: false, mayRetry: false });
    other.say({ v: 1, kind: 'cool-down', ms: 20_000, wall: Date.now(), isNamed: true, mayRetry: false });
    await rest();
    goOnline();

    expect(await failureOf(auth.refresh())).toMatchObject({ code: 'refresh-unavailable', retryAfter: 21_000 });
    expect(server.refreshCalls).toBe(0);
    other.close();
  });

  it('the network’s return frees those who wait for a pause that has grown meanwhile', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const name = newBrowser();
    const [auth] = (await adasTabs(server, 1, { name })) as [AuthClient];
    server.answerRefresh = down;
    await failureOf(auth.refresh());
    server.answerRefresh = undefined;
    const waiting = auth.refresh();
    const other = openRawChannel(name);
    other.say({ v: 1, kind: 'cool-down', ms: 5_000, wall: Date.now(), isNamed: false, mayRetry: false });
    await rest();
    await pass(4_999);
    expect(await standing(waiting)).toBe('pending');
    goOnline();

    // No more time has passed.
    expect(await standing(waiting)).toBe('fulfilled');
    other.close();
  });
});

describe('an auth server that takes no connection, though the network is up', () => {
  it('one lost connection tells every tab that waits', async () => {
    stubStorage();
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    const tabs = await adasTabs(server, 6);
    outliveToken();
    server.answerRefresh = () => Response.error();
    const failures = tabs.map((tab) => failureOf(tab.fetch(`${API}/orders`)));
    await pass(4_000, 50);

    for (const failure of failures) expect(await failure).toMatchObject({ code: 'refresh-unavailable' });
    expect(server.refreshCalls).toBeLessThanOrEqual(2);
    vi.unstubAllGlobals();
  });
});

it.each([
  ['tells the others at once', 0, ['cool-down']],
  ['tells nobody when it comes back from the back/forward cache', 60_000, []],
])('a tab whose connection was lost %s', async (_, cached, told) => {
  stubStorage();
  vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
  const name = newBrowser();
  const auth = openTab({ name });
  await auth.signIn(server.login('ada'));
  outliveToken();
  server.answerRefresh = () => Response.error();
  expect(await failureOf(auth.fetch(`${API}/orders`))).toMatchObject({ code: 'refresh-unavailable' });
  const others = openRawChannel(name);
  jumpWallClock(cached);
  await pass(2_000, 50);

  expect(others.heard.map(({ kind }) => kind)).toEqual(told);
  others.close();
  vi.unstubAllGlobals();
});

it('a tab that lost its connection once soon goes on', async () => {
  stubStorage();
  vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
  const [auth] = (await adasTabs(server, 1)) as [AuthClient];
  outliveToken();
  server.answerRefresh = () => {
    server.answerRefresh = undefined;
    return Response.error();
  };
  expect(await failureOf(auth.fetch(`${API}/orders`))).toMatchObject({ code: 'refresh-unavailable' });
  const next = auth.fetch(`${API}/orders`);
  await pass(2_200, 50);

  expect((await next).status).toBe(200);
  vi.unstubAllGlobals();
});

describe('a server that wants to be left alone (P5)', () => {
  it('a 429 in one tab keeps the others from calling, too', async () => {
    stopClocks();
    const server = startAuthServer();
    const tabs = openTabs(4);
    const [first, ...others] = tabs;
    await first?.signIn(server.login('ada'));
    await signedInEverywhere(...tabs);
    show('hidden');
    outliveToken();
    server.answerRefresh = () => new Response('{}', { status: 429, headers: { 'Retry-After': '60' } });
    await expect(first?.refresh()).rejects.toMatchObject({ code: 'refresh-unavailable', retryAfter: 60_000 });
    await rest();

    for (const tab of others) {
      const error = await failureOf(tab.getAccessToken());
      expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true, retryAfter: 60_000 });
      expect(tab.getState().status).toBe('signed-in');
    }
    expect(server.refreshCalls).toBe(1);

    server.answerRefresh = undefined;
    await pass(60_000);
    await Promise.all(tabs.map((tab) => tab.getAccessToken()));
    expect(server.refreshCalls).toBe(2);
  });
});

describe('a pause that the server names in an answer which comes late', () => {
  it('counts, and is told, though the session has moved on meanwhile', async () => {
    const [one, two] = (await adasTabs(server, 2)) as [AuthClient, AuthClient];
    const asked = gate();
    const answered = gate();
    server.answerRefresh = async () => {
      asked.open();
      await answered.opened;
      return Response.json({}, { status: 503, headers: { 'Retry-After': '20' } });
    };
    const refreshing = one.refresh();
    await asked.opened;
    await one.setSession(server.signIn('ada'));
    await refreshing;
    answered.open();
    await rest();
    server.answerRefresh = undefined;

    for (const tab of [one, two])
      expect(await failureOf(tab.refresh())).toMatchObject({ code: 'refresh-unavailable', retryAfter: 20_000 });
    expect(server.refreshCalls).toBe(1);
  });
});
