/** P6: a sign-out that crosses with a sign-in, or with another sign-out, has the last word. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { reasonOf } from '../../given/failures.ts';
import { holdLock } from '../../given/held-locks.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { activate, leave, prerender } from '../../world/page.ts';
import { stubStorage } from '../../world/storage.ts';
import { newBrowser, openTab, openTabs, openTwoTabs } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** What the next page load would find: it has nothing but the browser's cookie. */
const nextPageLoad = () => passUntil(openTab().restore(), 10);

describe('a sign-in that was called before this tab heard of the sign-out', () => {
  it('no login is sent after a sign-out that had its turn', async () => {
    const [one, two] = await adasTwoTabs(server);
    await pass(2_000);
    const messages = holdMessages();
    const signingOut = one.signOut();
    const signingIn = reasonOf(two.signIn(server.login('bob')));
    await rest();
    messages.deliver();

    expect(await passUntil(signingOut, 10)).toEqual({ serverConfirmed: true });
    expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'signed-out' });
    expect(await nextPageLoad()).toMatchObject({ status: 'signed-out' });
  });

  it('no login is sent after a sign-out that was sent out of its turn', async () => {
    const [one, two] = await adasTwoTabs(server);
    const refresh = server.holdRefresh();
    void reasonOf(two.refresh());
    await refresh.arrived;
    let logins = 0;
    const signingIn = reasonOf(
      one.signIn(async () => {
        logins++;
        return server.signIn('bob');
      }),
    );
    void two.signOut();
    leave();
    await rest();
    refresh.release();

    expect(await passUntil(signingIn, 10)).toMatchObject({
      code: 'signed-out',
      message: expect.stringMatching(/during the sign-in/),
    });
    expect(logins).toBe(0);
    expect(await nextPageLoad()).toMatchObject({ status: 'signed-out' });
  });

  it('no login is sent by a page that was prerendered before the sign-out', async () => {
    const [one, two] = await adasTwoTabs(server);
    await pass(2_000);
    prerender();
    const signingIn = reasonOf(two.signIn(server.login('bob')));
    await rest();
    // The one document stands for both tabs' pages.
    Object.assign(document, { prerendering: false });
    await passUntil(one.signOut(), 10);
    await until(() => two.getState().status === 'signed-out');
    activate();

    expect(await passUntil(signingIn, 10)).toMatchObject({ code: 'signed-out' });
    expect(await nextPageLoad()).toMatchObject({ status: 'signed-out' });
  });
});

describe('a sign-in in a tab that shows nobody, and a sign-out in another tab', () => {
  it.each(['signed-out', 'restoring'])('no session begins with a slow answer in a tab that is %s', async (status) => {
    const [here, there] = openTwoTabs();
    if (status === 'signed-out') await here.signIn(server.login('ada')).then(here.signOut);
    await rest();
    expect(here.getState().status).toBe(status);
    const body = gate<string>();
    const answer = Response.json({});
    answer.text = () => body.opened;
    const signingIn = reasonOf(here.setSession(answer));
    const login = JSON.stringify(server.signIn('bob'));
    await pass(1_500, 100);
    await passUntil(there.signOut());
    body.open(login);

    expect(await passUntil(signingIn)).toMatchObject({ code: 'signed-out' });
    for (const tab of [here, there]) expect(tab.getState().status).toBe('signed-out');
    expect(await nextPageLoad()).toMatchObject({ status: 'signed-out' });
  });

  it('no login is sent that waits for its turn', async () => {
    const [here, there, third] = openTabs(3) as [AuthClient, AuthClient, AuthClient];
    await here.signIn(server.login('ada')).then(here.signOut);
    await rest();
    const refused = gate<Response>();
    const other = reasonOf(third.signIn(() => refused.opened));
    await rest();
    const login = vi.fn(server.login('bob'));
    const signingIn = reasonOf(here.signIn(login));
    await pass(100);
    const signingOut = there.signOut();
    await pass(100);
    refused.open(new Response('', { status: 401 }));

    expect(await passUntil(signingIn)).toMatchObject({ code: 'signed-out' });
    expect(login).not.toHaveBeenCalled();
    expect(await passUntil(signingOut)).toEqual({ serverConfirmed: true });
    await other;
  });
});

describe('two sign-outs', () => {
  /** The server has processed a sign-out; its answer comes when the test says so. */
  function slowSignOut() {
    const [arrived, answered] = [gate(), gate()];
    server.answerLogout = async () => {
      server.cookie = undefined;
      arrived.open();
      await answered.opened;
      return new Response(null, { status: 204 });
    };
    return { arrived: arrived.opened, answer: answered.open };
  }

  it('the next user’s sign-out has a request of its own', async () => {
    const auth = await adasTab(server);
    const slow = slowSignOut();
    const first = auth.signOut();
    await slow.arrived;
    await auth.setSession(server.signIn('bob'));

    const second = auth.signOut();
    await rest();
    slow.answer();

    expect(await first).toEqual({ serverConfirmed: true });
    expect(await second).toEqual({ serverConfirmed: true });
    expect(server.logouts).toBe(2);
    expect(server.cookie).toBeUndefined();
  });

  it('calls before the request is sent share it', async () => {
    const auth = await adasTab(server);

    const results = await Promise.all([auth.signOut(), auth.signOut()]);

    expect(results).toEqual([{ serverConfirmed: true }, { serverConfirmed: true }]);
    expect(server.logouts).toBe(1);
  });

  it('a second click leaves no cookie of a refresh that was overtaken', async () => {
    const [one, two] = await adasTwoTabs(server);
    await pass(2_000);
    const refresh = server.holdRefresh();
    void one.refresh();
    await refresh.arrived;
    const answered = gate();
    server.answerLogout = async () => {
      await answered.opened;
      server.cookie = undefined;
      return new Response(null, { status: 204 });
    };
    const first = two.signOut();
    await pass(10_500, 100);

    const second = two.signOut();
    await rest();
    answered.open();
    server.answerLogout = undefined;
    await rest();
    refresh.release();
    await passUntil(Promise.all([first, second]), 10);
    await pass(1_000, 50);

    expect(server.cookie).toBeUndefined();
  });
});

it('a sign-out counts though the clock was set back meanwhile', async () => {
  for (let round = 0; round < 8; round++) {
    const [page, other] = await adasTwoTabs(server);
    jumpWallClock(-60_000);
    const refresh = server.holdRefresh();
    const signingIn = reasonOf(page.signIn());
    await refresh.arrived;
    await other.setSession(server.signIn('carol'));
    await rest();

    const signingOut = page.signOut();
    await rest();
    refresh.release();
    await passUntil(Promise.all([signingOut, signingIn]), 10);
    await rest();

    expect(page.getState().status).toBe('signed-out');
    page.dispose();
    other.dispose();
  }
});

it.each([
  [
    'an HTML page',
    'isn’t confirmed',
    () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } }),
  ],
  ['JSON', 'is confirmed', () => Response.json({ ok: true })],
])('a sign-out that %s answers %s', async (_, confirmed, answer) => {
  const auth = await adasTab(server);
  server.answerLogout = answer;

  expect(await passUntil(auth.signOut(), 10)).toEqual({ serverConfirmed: confirmed === 'is confirmed' });
});

describe('a sign-out in another tab while a login is under way', () => {
  it.for(['unknown', 'no-session', 'signed-out', 'expired', 'signed-in'] as const)(
    'it wins where the session was %s before',
    async (before) => {
      const [one, two] = openTwoTabs();
      if (before === 'no-session') await passUntil(Promise.all([one.restore(), two.restore()]), 10);
      else if (before !== 'unknown') await one.signIn(server.login('ada'));
      if (before === 'signed-out') await one.signOut();
      if (before === 'expired') {
        server.revoke('ada');
        await one.refresh().catch(() => {});
      }
      await rest();
      const slow = gate();
      const login = reasonOf(
        one.signIn(async () => {
          await slow.opened;
          return server.signIn('bob');
        }),
      );
      await rest();

      const signedOut = two.signOut();
      await rest();
      slow.open();

      expect(await passUntil(login, 10)).toMatchObject({ code: 'signed-out' });
      expect(await passUntil(signedOut, 10)).toEqual({ serverConfirmed: true });
      expect([one, two].map((tab) => tab.getState().status)).toEqual(['signed-out', 'signed-out']);
      expect(server.cookie).toBeUndefined();
    },
  );
});

it('an old sign-out, heard late, signs nobody out at the server', async () => {
  const name = newBrowser();
  const old = await adasTab(server, { name });
  const signedOut = old.signOut();
  leave();
  await passUntil(signedOut, 10);
  await pass(2_000);
  const logouts = server.logouts;
  // Later, on the server's own login page.
  server.signIn('ada');
  const refresh = server.holdRefresh();
  const messages = holdMessages();
  const restored = openTab({ name }).restore();
  await pass(40);
  await refresh.arrived;

  messages.deliver();
  await rest();
  refresh.release();
  await passUntil(restored, 10);
  await rest();

  expect(server.logouts).toBe(logouts);
  expect(server.cookie).toBeDefined();
});

it('of a sign-in and a sign-out in the same moment, in two tabs, the sign-out counts', async () => {
  for (let round = 0; round < 8; round++) {
    const [one, two] = await adasTwoTabs(server);
    await pass(2_000);
    const messages = holdMessages();
    const bob = server.signIn('bob');
    await two.setSession(bob);
    const signingOut = one.signOut();
    messages.deliver();
    await passUntil(signingOut, 10);
    await rest();

    expect([one, two].map((tab) => tab.getState().status)).toEqual(['signed-out', 'signed-out']);
    one.dispose();
    two.dispose();
  }
});

describe('a sign-out that was sent out of its turn', () => {
  /** Somebody keeps the turn a little longer than a sign-out waits for it; the server answers it when it is told to. */
  async function overtaking() {
    stubStorage();
    onTestFinished(() => void vi.unstubAllGlobals());
    const name = newBrowser();
    const [one, two] = await adasTwoTabs(server, { name });
    const letGo = await holdLock(name);
    const [arrived, answered] = [gate(), gate()];
    server.answerLogout = async () => {
      arrived.open();
      await answered.opened;
      server.cookie = undefined;
      return new Response(null, { status: 204 });
    };
    const signedOut = one.signOut();
    await pass(6_000);
    return { one, two, letGo, arrived, answered, signedOut };
  }

  it.each(['the same tab', 'another tab'])('whoever then signs in, in %s, waits for its answer', async (where) => {
    const { one, two, letGo, arrived, answered, signedOut } = await overtaking();
    const tab = where === 'the same tab' ? one : two;
    const signedIn = tab.signIn(server.login('bob'));
    await pass(4_000);
    await arrived.opened;
    void letGo();
    await pass(200, 20);
    answered.open();

    expect(await passUntil(signedIn, 20)).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect(await passUntil(signedOut, 20)).toEqual({ serverConfirmed: false });
    expect(server.cookie).toBeDefined();
    expect(await passUntil(tab.refresh(), 20)).toMatchObject({ subject: 'bob' });
  });
});

it('a refresh that finds another user begins no session beside a sign-out whose word is on its way', async () => {
  const [one, two] = await adasTwoTabs(server);
  await pass(2_000);
  server.signIn('bob');
  const refresh = server.holdRefresh();
  void two.refresh().catch(() => {});
  await refresh.arrived;
  const messages = holdMessages();
  const signingOut = one.signOut();
  await pass(100, 10);
  refresh.release();
  await pass(100, 10);
  messages.deliver();
  await passUntil(signingOut, 10);

  expect([one, two].map((tab) => tab.getState().status)).toEqual(['signed-out', 'signed-out']);
  expect(await nextPageLoad()).toMatchObject({ status: 'signed-out' });
});
