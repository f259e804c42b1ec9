/** P6 and P7 where the clock was set back after a sign-in: what a new tab does is later than what the others know. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab, adasTwoTabs } from '../../given/ada.ts';
import { HOUR } from '../../given/durations.ts';
import { reasonOf } from '../../given/failures.ts';
import { SIGNED_OUT, statesOf } from '../../given/shown.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { newBrowser, openTab, openTwoTabs, record } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** Ada's tab, and one that was opened after somebody set the clock back. */
async function clockSetBack(): Promise<{ old: AuthClient; fresh: AuthClient }> {
  const name = newBrowser();
  const old = await adasTab(server, { name });
  jumpWallClock(-HOUR);
  return { old, fresh: openTab({ name }) };
}

describe('a new tab, after the clock was set back', () => {
  it('a new tab’s sign-out reaches every tab and the server', async () => {
    const { old, fresh } = await clockSetBack();
    const states = statesOf(fresh);
    const result = fresh.signOut();
    expect(fresh.getState()).toEqual(SIGNED_OUT);

    expect(await passUntil(result, 10)).toEqual({ serverConfirmed: true });
    await until(() => old.getState().status === 'signed-out', 'the other tab is signed out');
    await pass(1_000);
    expect(old.getState()).toEqual(SIGNED_OUT);
    expect(states).not.toContain('signed-in');
    expect([server.logouts, server.cookie]).toEqual([1, undefined]);
  });

  it('a new tab’s setSession() signs that user in everywhere', async () => {
    const { old, fresh } = await clockSetBack();
    const seen = record(old);
    expect(await passUntil(fresh.setSession(server.signIn('bob')), 10)).toMatchObject({ subject: 'bob' });
    await until(() => seen.length > 0, 'the other tab has heard of it');
    await pass(1_000);

    expect(seen).toEqual([{ name: 'user-changed', detail: { subject: 'bob', previousSubject: 'ada' } }]);
    for (const tab of [old, fresh]) expect(tab.getState()).toMatchObject({ subject: 'bob' });
    expect((await fresh.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['bob']);
  });

  it('a new tab’s signIn() signs that user in everywhere', async () => {
    const { old, fresh } = await clockSetBack();
    expect(await passUntil(fresh.signIn(server.login('bob')), 10)).toMatchObject({ subject: 'bob' });
    await until(() => JSON.stringify(old.getState()).includes('bob'), 'the other tab has heard of it');
    await rest();

    expect(fresh.getState()).toMatchObject({ subject: 'bob' });
  });

  it('a new tab’s sign-out ends its own setSession()', async () => {
    const { old, fresh } = await clockSetBack();
    const entering = fresh.setSession(server.signIn('bob')).catch(() => {});
    await passUntil(fresh.signOut(), 10);
    await entering;
    await pass(1_000);

    await until(() => old.getState().status === 'signed-out', 'the other tab is signed out');
    expect(fresh.getState()).toEqual(SIGNED_OUT);
  });
});

describe('tabs that know of each other, after the clock was set back', () => {
  it('tabs that know each other sign out as ever', async () => {
    const [here, there] = openTwoTabs();
    await here.signIn(server.login('ada'));
    await until(() => there.getState().status === 'signed-in');
    jumpWallClock(-HOUR);

    expect(await there.signOut()).toEqual({ serverConfirmed: true });
    await until(() => here.getState().status === 'signed-out');
    expect(server.logouts).toBe(1);
  });
});

it('a new tab’s setSession() waits for no message before it', async () => {
  const name = newBrowser();
  await openTab({ name }).signIn(server.login('ada'));
  const fresh = openTab({ name });

  // No time passes.
  expect(await fresh.setSession(server.signIn('bob'))).toMatchObject({ subject: 'bob' });
});

describe('a clock that was set back (P7, P10)', () => {
  it('a new tab’s sign-in counts everywhere, and Ada stays away', async () => {
    stopClocks();
    const server = startAuthServer();
    const name = newBrowser();
    const adas = await adasTab(server, { name });
    await rest();
    jumpWallClock(-60_000);

    // A login page: it has never asked who is signed in.
    const bobs = openTab({ name });
    await bobs.signIn(async () => {
      await rest();
      return server.signIn('bob');
    });
    await rest();

    expect([adas, bobs].map((tab) => tab.getState())).toMatchObject([{ subject: 'bob' }, { subject: 'bob' }]);
    await bobs.fetch(`${API}/orders`);
    expect(server.apiRequests.at(-1)?.user).toBe('bob');
  });
});

it('the last sign-in is the one that shows, beside a failed one', async () => {
  for (let round = 0; round < 8; round++) {
    const [one, two] = await adasTwoTabs(server);
    await pass(2_000);
    jumpWallClock(-60_000);
    server.answerRefresh = () => Response.json({}, { status: 503 });
    const all = [reasonOf(one.signIn())];
    await rest();
    all.push(reasonOf(two.signIn(server.login('carol'))), reasonOf(one.signIn(server.login('bob'))));
    await passUntil(Promise.all(all), 50);
    server.answerRefresh = undefined;
    await rest();

    const fromTheServer = await passUntil(openTab().restore(), 10);
    expect(one.getState()).toMatchObject({ subject: fromTheServer.status === 'signed-in' && fromTheServer.subject });
    one.dispose();
    two.dispose();
  }
});
