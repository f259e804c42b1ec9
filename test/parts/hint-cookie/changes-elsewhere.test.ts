/** The option `hintCookie`: somebody signs in or out where this client doesn't see it, and the cookie says so. */

import type { AuthClientOptions } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdLock, locksOf } from '../../given/held-locks.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { changeTheme, HINT, setHint, stubCookieStore } from '../../world/hint-cookie.ts';
import { activate, onAnotherPage, prerender, returnFromBackForwardCache, show } from '../../world/page.ts';
import { stubStorage } from '../../world/storage.ts';
import { newBrowser, openTab, openTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  stubStorage();
  stubCookieStore();
  server = startAuthServer();
  server.lifetime = 3_600;
  server.hints = 'of-sessions';
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function adasHintedTab(options: Partial<AuthClientOptions> = {}) {
  const auth = openTab({ hintCookie: HINT, ...options });
  await auth.signIn(server.login('ada'));
  return auth;
}

/** A page of the server's own signs out. */
function signOutElsewhere(): void {
  server.revoke('ada');
  server.cookie = undefined;
  setHint('');
}

/** Longer than the client gives its own answers, and other tabs. */
const settle = () => pass(60, 10);

describe.each(['of-sessions', 'of-rotations'] as const)('with a hint %s', (hints) => {
  beforeEach(() => {
    server.hints = hints;
  });

  it('a sign-out elsewhere signs out here, by one call', async () => {
    const auth = await adasHintedTab();
    signOutElsewhere();
    await settle();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    await settle();
    expect(server.refreshCalls).toBe(1);
  });

  it('another user elsewhere is the user here, by one call', async () => {
    const auth = await adasHintedTab();
    const seen = record(auth);
    server.signIn('bob');
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
    expect(seen).toMatchObject([{ name: 'user-changed', detail: { subject: 'bob', previousSubject: 'ada' } }]);
    await settle();
    expect(server.refreshCalls).toBe(1);
  });

  it('a sign-in elsewhere signs a visitor in', async () => {
    const auth = openTab({ hintCookie: HINT });
    server.signIn('ada');
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    expect(server.refreshCalls).toBe(1);
  });

  it('its own refreshes, sign-ins and sign-outs wake no tab', async () => {
    const tabs = openTabs(3, { hintCookie: HINT });
    const [auth] = tabs as [(typeof tabs)[0]];
    await auth.signIn(server.login('ada'));
    await settle();
    await signedInEverywhere(...tabs);
    for (const tab of tabs) {
      await tab.refresh();
      await settle();
    }
    expect(server.refreshCalls).toBe(3);
    await auth.signOut();
    await settle();
    expect(server.refreshCalls).toBe(3);
    expect(tabs.map((tab) => tab.getState())).toEqual(Array(3).fill({ status: 'signed-out', reason: 'signed-out' }));
  });

  it.each<[string, () => void, string]>([
    ['sign-in', () => server.signIn('bob'), 'signed-in'],
    ['sign-out', () => signOutElsewhere(), 'signed-out'],
  ])('fifty tabs and one %s elsewhere make one call', async (_, happen, status) => {
    const tabs = openTabs(50, { hintCookie: HINT });
    await tabs[0]?.signIn(server.login('ada'));
    await signedInEverywhere(...tabs);
    happen();
    await pass(200, 10);
    expect(tabs.map((tab) => tab.getState().status)).toEqual(Array(50).fill(status));
    expect(server.refreshCalls).toBe(1);
    expect(server.reuseAlarms).toBe(0);
  });

  it('a server that renews though the cookie has gone is asked once', async () => {
    const auth = await adasHintedTab();
    server.hints = 'none';
    setHint('');
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    show('visible');
    await settle();
    expect(server.refreshCalls).toBe(1);
  });

  it('a cookie of which the server knows nothing is asked about once', async () => {
    const auth = openTab({ hintCookie: HINT });
    server.hints = 'none';
    setHint('made-up.1');
    await settle();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    show('visible');
    await settle();
    expect(server.refreshCalls).toBe(1);
  });

  it('whoever deletes the cookie each time makes no loop', async () => {
    const auth = await adasHintedTab();
    cookieStore.addEventListener('change', () => {
      if (document.cookie.includes(HINT)) setHint('');
    });
    setHint('');
    await pass(20_000, 50);
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    expect(server.refreshCalls).toBe(1);
  });

  it('a server that can’t be reached is asked again, after the pause', async () => {
    const auth = await adasHintedTab();
    server.answerRefresh = () => Response.json({}, { status: 500 });
    server.signIn('bob');
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    server.answerRefresh = undefined;
    await pass(3_000, 100);
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
    expect(server.refreshCalls).toBe(2);
  });
});

describe('whose requests they are', () => {
  it('a request that waits is never sent as the newcomer', async () => {
    const auth = await adasHintedTab();
    server.expireAccessTokens();
    const hold = gate();
    server.answerApi = async (_, own) => hold.opened.then(() => own);
    const request = auth.fetch('https://api.test/orders', { method: 'POST' });
    request.catch(() => {});
    await rest();
    server.answerApi = undefined;
    server.signIn('bob');
    await settle();
    hold.open();
    await expect(request).rejects.toMatchObject({ code: 'session-changed' });
    expect(server.apiRequests.map(({ user }) => user)).not.toContain('bob');
  });

  it.each([
    ['another session', () => server.signIn('ada'), true],
    ['a rotation of the same session', () => setHint('session-1.elsewhere'), false],
  ])('of opaque tokens, %s elsewhere: another user is %s', async (_, happen, isOther) => {
    server.opaque = true;
    const auth = await adasHintedTab();
    const seen = record(auth);
    happen();
    await settle();
    await auth.refresh();
    expect(seen.some(({ name }) => name === 'user-changed')).toBe(isOther);
  });

  it('a refresh that finds another session asks no second time', async () => {
    vi.stubGlobal('cookieStore', undefined);
    server.opaque = true;
    const auth = await adasHintedTab();
    const seen = record(auth);
    server.signIn('bob');
    await auth.refresh().catch(() => {});
    expect(seen.map(({ name }) => name)).toEqual(['user-changed']);
    await settle();
    expect(server.refreshCalls).toBe(1);
  });
});

it('another app’s rotation of the same session wakes nobody', async () => {
  const auth = await adasHintedTab();
  setHint('session-1.from-another-subdomain');
  await settle();
  expect(server.refreshCalls).toBe(0);
  expect(auth.getState()).toMatchObject({ subject: 'ada' });
});

it('clients of two names don’t wake each other for ever', async () => {
  server.hints = 'of-rotations';
  const [one, other] = [await adasHintedTab({ name: newBrowser() }), openTab({ hintCookie: HINT, name: newBrowser() })];
  await passUntil(other.restore(), 10);
  await pass(100, 10);
  const before = server.refreshCalls;
  await one.refresh();
  await pass(20_000, 50);
  expect(server.refreshCalls - before).toBeLessThanOrEqual(3);
  expect(other.getState()).toMatchObject({ subject: 'ada' });
});

it('a change of another cookie wakes nobody', async () => {
  const auth = await adasHintedTab();
  changeTheme();
  await settle();
  expect(server.refreshCalls).toBe(0);
  expect(auth.getState()).toMatchObject({ subject: 'ada' });
});

describe('signed out stays signed out', () => {
  it('a sign-out that didn’t reach the server is undone by no rotation elsewhere', async () => {
    server.answerLogout = () => Response.json({}, { status: 500 });
    const auth = await adasHintedTab();
    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
    for (const value of ['session-1.of-another-subdomain', 'session-2.1']) {
      setHint(value);
      await settle();
    }
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
    expect(server.refreshCalls).toBe(0);
  });

  it.each(['with', 'without'])('a sign-in elsewhere after it signs in here, %s events of cookies', async (events) => {
    if (events === 'without') vi.stubGlobal('cookieStore', undefined);
    const auth = await adasHintedTab();
    await auth.signOut();
    server.signIn('bob');
    show('visible');
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
  });

  it('a sign-out ends a session from elsewhere that another tab is about to find', async () => {
    const name = newBrowser();
    const auth = await adasHintedTab({ name });
    const other = openTab({ hintCookie: HINT, name });
    await passUntil(other.restore(), 10);
    await auth.signOut();
    await settle();
    const letGo = await holdLock(name);
    server.signIn('bob');
    // Both wait for their turn.
    await settle();
    const result = auth.signOut();
    await rest();
    await letGo();

    expect(await passUntil(result, 10)).toEqual({ serverConfirmed: true });
    await settle();
    expect([server.refreshCalls, server.logouts, server.cookie]).toEqual([0, 2, undefined]);
    for (const tab of [auth, other]) expect(tab.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' });
  });
});

it('a tab that didn’t look while the cookie was gone sees the next sign-in elsewhere', async () => {
  vi.stubGlobal('cookieStore', undefined);
  const name = newBrowser();
  const auth = await adasHintedTab({ name });
  const other = openTab({ hintCookie: HINT, name });
  await passUntil(other.restore(), 10);
  const answer = gate();
  server.answerLogout = async () => {
    await answer.opened;
    signOutElsewhere();
    return new Response(null, { status: 204 });
  };
  const signingOut = auth.signOut();
  // The other tab has looked before the answer came.
  await until(() => other.getState().status === 'signed-out');
  answer.open();
  expect(await signingOut).toEqual({ serverConfirmed: true });
  await settle();
  auth.dispose();
  server.signIn('bob');
  show('visible');
  await settle();
  expect(other.getState()).toMatchObject({ subject: 'bob' });
});

it('a tab hears of a sign-out elsewhere after a refresh by a client that can’t read the cookie', async () => {
  const name = newBrowser();
  const auth = await adasHintedTab({ name });
  const worker = openTab({ name });
  await passUntil(worker.restore(), 10);
  await worker.refresh();
  await settle();
  worker.dispose();
  signOutElsewhere();
  await settle();
  expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
});

describe('a page that looks later', () => {
  it('without events of cookies a page looks when it wakes', async () => {
    vi.stubGlobal('cookieStore', undefined);
    const auth = await adasHintedTab();
    signOutElsewhere();
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    show('visible');
    await settle();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('a page that comes back from the back/forward cache looks', async () => {
    vi.stubGlobal('cookieStore', undefined);
    const auth = await adasHintedTab();
    server.signIn('bob');
    returnFromBackForwardCache();
    await settle();
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
  });

  it('a prerendered page looks when it is shown', async () => {
    prerender();
    const auth = openTab({ hintCookie: HINT });
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    server.signIn('ada');
    await settle();
    expect(server.refreshCalls).toBe(0);
    activate();
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    expect(server.refreshCalls).toBe(1);
  });

  it('a hidden page leaves a sign-in to those that are shown', async () => {
    const auth = await adasHintedTab();
    show('hidden');
    server.signIn('bob');
    await settle();
    expect(server.refreshCalls).toBe(0);
    show('visible');
    await settle();
    expect(auth.getState()).toMatchObject({ subject: 'bob' });
  });

  it('a hidden page learns of a sign-out at once', async () => {
    const auth = await adasHintedTab();
    show('hidden');
    signOutElsewhere();
    await settle();
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });
});

it('a sign-in under way is no news for its own tab', async () => {
  const auth = openTab({ hintCookie: HINT });
  const hold = gate();
  const signingIn = auth.signIn(async () => {
    const answer = server.signIn('ada');
    await hold.opened;
    return answer;
  });
  await pass(500, 50);
  expect(await standing(signingIn)).toBe('pending');
  // No refresh stands in line behind it.
  expect((await navigator.locks.query()).pending).toEqual([]);
  hold.open();
  expect(await signingIn).toMatchObject({ subject: 'ada' });
  await settle();
  expect(server.refreshCalls).toBe(0);
});

describe('a value that is as before when its turn comes', () => {
  /** The cookie names another session, and the tab stands in line to ask; then it names the old one again. */
  async function standInLine() {
    const name = newBrowser();
    const auth = await adasHintedTab({ name });
    const before = /has_session=(.*)/.exec(document.cookie)?.[1] ?? '';
    const letGo = await holdLock(name);
    setHint('another-session.1');
    // Without events of cookies it looks now.
    show('visible');
    await settle();
    return { auth, goBack: () => setHint(before), letGo };
  }

  it('asks nothing of the server', async () => {
    const { auth, goBack, letGo } = await standInLine();
    goBack();
    await letGo();
    await settle();
    expect(server.refreshCalls).toBe(0);
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
  });

  it('is not the end of the refreshes ahead of expiry', async () => {
    vi.stubGlobal('cookieStore', undefined);
    server.lifetime = 600;
    const { auth, goBack, letGo } = await standInLine();
    goBack();
    await letGo();
    await settle();
    await pass(599_000, 1_000);
    expect(server.refreshCalls).toBe(1);
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
  });

  it('keeps nobody from a refresh that they have asked for meanwhile', async () => {
    const { auth, goBack, letGo } = await standInLine();
    const refreshing = auth.refresh();
    goBack();
    await letGo();
    expect(await refreshing).toMatchObject({ subject: 'ada' });
    expect(server.refreshCalls).toBe(1);
  });
});

it('a message that comes before its cookie wakes nobody', async () => {
  const name = newBrowser();
  const [here, there] = [openTab({ hintCookie: HINT, name }), openTab({ hintCookie: HINT, name })];
  await here.signIn(server.login('ada'));
  await signedInEverywhere(here, there);
  const letGo = await holdLock(name);
  const seen = record(there);
  // What Firefox does: the page that has the answer sees the cookie first.
  const late = document.cookie;
  const answer = server.signIn('bob');
  await here.setSession(answer);
  setHint(/has_session=(.*)/.exec(late)?.[1] ?? '');
  await rest();
  // That of this test. A word of a sign-in is a lock, too.
  expect((await locksOf(name)).filter((lock) => !lock.includes('@'))).toHaveLength(1);
  expect(seen.map((each) => each.name)).toEqual(['user-changed']);
  await letGo();
});

it('a tab that knows the session from another one hears of its end elsewhere', async () => {
  const [first, auth] = openTabs(2, { hintCookie: HINT });
  await first?.signIn(server.login('ada'));
  await until(() => auth?.getState().status === 'signed-in');
  first?.dispose();
  signOutElsewhere();
  await settle();
  expect(auth?.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
});

it('a sign-in elsewhere while the server refuses is no part of the refusal', async () => {
  const auth = openTab({ hintCookie: HINT });
  const hold = gate<Response>();
  server.answerRefresh = () => hold.opened;
  setHint('made-up.1');
  await settle();
  expect(server.refreshCalls).toBe(1);
  server.answerRefresh = undefined;
  server.signIn('ada');
  hold.open(Response.json({}, { status: 401 }));
  await settle();
  // The server has just had nothing to say: the next look comes later, or when somebody looks.
  await pass(30_000, 1_000);
  show('visible');
  await settle();
  expect(auth.getState()).toMatchObject({ subject: 'ada' });
});

it('after dispose() no change of the cookie is heard', async () => {
  const forget = vi.spyOn(cookieStore, 'removeEventListener');
  const auth = onAnotherPage(() => openTab({ hintCookie: HINT }));
  await auth.signIn(server.login('ada'));
  auth.dispose();
  expect(forget).toHaveBeenCalledWith('change', expect.any(Function));
  signOutElsewhere();
  await settle();
  expect(server.refreshCalls).toBe(0);
});
