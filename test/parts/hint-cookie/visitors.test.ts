/** The option `hintCookie` for visitors: without the cookie a page knows at once that nobody is signed in. */

import type { AuthClient, Problem } from 'silent-refresh';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { passUntil, stopClocks } from '../../world/clocks.ts';
import { HINT, setHint, stubCookieStore } from '../../world/hint-cookie.ts';
import { activate, onAnotherPage, prerender, setCookie, withoutPage } from '../../world/page.ts';
import { stubStorage } from '../../world/storage.ts';
import { newBrowser, openTab, record } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

const NOBODY = { status: 'signed-out', reason: 'no-session' };

let server: AuthServer;
let stored: Map<string, string>;
beforeEach(() => {
  stopClocks();
  stored = stubStorage();
  stubCookieStore();
  server = startAuthServer();
  server.hints = 'of-sessions';
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function problemsOf(auth: AuthClient): Problem[] {
  const problems: Problem[] = [];
  auth.on('problem', (problem) => problems.push(problem));
  return problems;
}

const openHintedTab = (name = newBrowser()) => openTab({ hintCookie: HINT, name });

it('without the cookie nobody is signed in, right after creation', () => {
  expect(openHintedTab().getState()).toEqual(NOBODY);
});

it('without the cookie no call of a visitor’s page asks the server', async () => {
  const auth = openHintedTab();
  expect(await auth.restore()).toEqual(NOBODY);
  const answer = await auth.fetch('https://app.test/api/x');
  expect(answer.status).toBe(401);
  await passUntil(rest(), 100);
  expect(server.refreshCalls).toBe(0);
  expect(server.apiRequests).toMatchObject([{ authorization: null }]);
  expect([...stored]).toEqual([]);
});

it('with the cookie a page restores as ever', async () => {
  server.signIn('ada');
  const auth = openHintedTab();
  expect(auth.getState()).toEqual({ status: 'restoring' });
  expect(await passUntil(auth.restore(), 10)).toMatchObject({ subject: 'ada' });
  expect(server.refreshCalls).toBe(1);
});

it('another cookie whose name begins alike says nothing', () => {
  setCookie(`${HINT}_of_another_app=1; theme=dark`);
  expect(openHintedTab().getState()).toEqual(NOBODY);
});

it.each<[string, () => void]>([
  ['a page that may read no cookie', () => forbidCookies()],
  ['a server that sets no hint', () => stored.set('silent-refresh:https://app.test/auth/refresh hint', 'missing')],
])('%s restores as ever', async (_, prepare) => {
  server.hints = 'none';
  server.signIn('ada');
  prepare();
  const auth = openHintedTab();
  expect(auth.getState()).toEqual({ status: 'restoring' });
  expect(await passUntil(auth.restore(), 10)).toMatchObject({ subject: 'ada' });
});

function forbidCookies(): void {
  Object.defineProperty(document, 'cookie', {
    get() {
      throw new DOMException('The document is sandboxed.', 'SecurityError');
    },
  });
}

it('a server that sets no hint costs one sign-in, and none after that', async () => {
  server.hints = 'none';
  const name = newBrowser();
  const first = openHintedTab(name);
  expect(first.getState()).toEqual(NOBODY);
  await first.signIn(server.login('ada'));
  first.dispose();

  const next = openHintedTab(name);
  expect(next.getState()).toEqual({ status: 'restoring' });
  expect(await passUntil(next.restore(), 10)).toMatchObject({ subject: 'ada' });
});

it('a client without the option doesn’t forget that the server sets no hint', async () => {
  server.hints = 'none';
  const name = newBrowser();
  const first = openHintedTab(name);
  await first.signIn(server.login('ada'));
  const other = openTab({ name });
  await passUntil(other.restore(), 10);
  await other.refresh();
  first.dispose();
  other.dispose();

  expect(openHintedTab(name).getState()).toEqual({ status: 'restoring' });
});

it('a hint that no page sees is told of, once', async () => {
  server.hints = 'none';
  const auth = openHintedTab();
  const problems = problemsOf(auth);
  await auth.signIn(server.login('ada'));
  // A page may see a cookie late that has just come.
  expect(problems).toEqual([]);
  await auth.refresh();
  await auth.refresh();
  expect(problems).toEqual([{ code: 'hint-cookie-missing', cookie: HINT }]);
});

it('nothing is told of a hint that pages see', async () => {
  const auth = openHintedTab();
  const problems = problemsOf(auth);
  await auth.signIn(server.login('ada'));
  await auth.refresh();
  expect(problems).toEqual([]);
});

it('a server that sets its hint again is believed again', async () => {
  server.hints = 'none';
  const name = newBrowser();
  const auth = openHintedTab(name);
  await auth.signIn(server.login('ada'));
  server.hints = 'of-sessions';
  await auth.refresh();
  await auth.signOut();
  auth.dispose();
  expect(openHintedTab(name).getState()).toEqual(NOBODY);
});

it('a cookie that was deleted by hand costs one sign-in', async () => {
  const name = newBrowser();
  const before = openHintedTab(name);
  await before.signIn(server.login('ada'));
  before.dispose();
  setHint('');
  const auth = openHintedTab(name);
  expect(auth.getState()).toEqual(NOBODY);
  await auth.signIn(server.login('ada'));
  expect(auth.getState()).toMatchObject({ subject: 'ada' });
  expect(server.refreshCalls).toBe(0);
});

it('where the cookie is missing, another tab knows better', async () => {
  const name = newBrowser();
  const other = onAnotherPage(() => openHintedTab(name));
  await other.signIn(server.login('ada'));
  setHint('');
  const auth = openHintedTab(name);
  expect(auth.getState()).toEqual(NOBODY);
  await until(() => auth.getState().status === 'signed-in');
});

it('a prerendered page asks the other tabs when it is shown', async () => {
  const name = newBrowser();
  const other = onAnotherPage(() => openHintedTab(name));
  await other.signIn(server.login('ada'));
  setHint('');
  prerender();
  const auth = openHintedTab(name);
  await rest();
  expect(auth.getState()).toEqual(NOBODY);
  activate();
  await until(() => auth.getState().status === 'signed-in');
});

it('a visitor who signs in is signed in, in every tab', async () => {
  const name = newBrowser();
  const [here, there] = [openHintedTab(name), openHintedTab(name)];
  const seen = record(there);
  await here.signIn(server.login('ada'));
  await until(() => there.getState().status === 'signed-in');
  expect(seen.map((each) => each.name)).toEqual(['signed-in']);
  expect(server.refreshCalls).toBe(0);
});

it('refresh() asks the server, whatever the cookie says', async () => {
  server.signIn('ada');
  setHint('');
  const auth = openHintedTab();
  expect(await auth.refresh()).toMatchObject({ subject: 'ada' });
});

it('on a server nothing is known, as ever', () => {
  const endpoints = { refresh: 'https://app.test/auth/refresh', signOut: undefined };
  withoutPage(() => expect(openTab({ ...endpoints, hintCookie: HINT }).getState()).toEqual({ status: 'restoring' }));
});
