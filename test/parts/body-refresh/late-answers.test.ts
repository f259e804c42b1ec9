/** A refresh token that comes too late, or of which nobody thinks any more: it is handed on, stored or revoked. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../given/memory-storage.ts';
import { tokenServers } from '../../given/token-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { stubStorage } from '../../world/storage.ts';
import { signedInEverywhere } from '../../world/tabs.ts';
import { gate } from '../../world/waiting.ts';

const startTokenServer = tokenServers();
beforeEach(() => {
  stopClocks();
  stubStorage();
});
afterEach(() => vi.unstubAllGlobals());

/** Two tabs, and a refresh of the first that is still to be answered: with the access token of now, and the next refresh token. */
async function inMidRefresh() {
  const server = startTokenServer();
  const login = server.begin();
  const [one, two] = [server.openTab(), server.openTab()] as const;
  await one.setSession(login);
  await signedInEverywhere(one, two);
  const rotate = server.strategy.request;
  server.strategy.request = async (context) => {
    const answer = (await rotate(context)) as Response;
    if (!answer.ok) return answer;
    return Response.json({ ...(await answer.json()), accessToken: login.accessToken });
  };
  const refresh = server.hold();
  void one.refresh().catch(() => {});
  await refresh.arrived;
  return { server, one, two, refresh };
}

it('after a sign-out it is revoked, also where the access token is still that of now', async () => {
  const { server, one, refresh } = await inMidRefresh();
  const signedOut = one.signOut();
  await pass(100, 10);
  refresh.release();
  await pass(100, 10);
  await signedOut;

  expect(server.aliveSessions).toEqual([]);
});

it('after a sign-out it is revoked, also where somebody has signed in since', async () => {
  const { server, one, refresh } = await inMidRefresh();
  const signedOut = one.signOut();
  await one.setSession(server.begin());
  await pass(100, 10);
  refresh.release();
  await pass(100, 10);
  await signedOut;

  expect(server.aliveSessions).toEqual(['session2']);
});

it('a sign-out revokes it, also where somebody signs in before its turn', async () => {
  const server = startTokenServer();
  const [one, two] = [server.openTab(), server.openTab()] as const;
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  const slow = gate();
  const login = two.signIn(() => slow.opened.then(() => Promise.reject(new TypeError('Failed to fetch'))));
  login.catch(() => {});
  await pass(100, 10);
  const signedOut = one.signOut();
  await one.setSession(server.begin());
  slow.open();
  await pass(2_000, 50);
  await signedOut;

  expect(server).toMatchObject({ revoked: ['session1-1'], aliveSessions: ['session2'] });
});

it('after dispose() the other tabs get it, also where the access token is still that of now', async () => {
  const { server, one, two, refresh } = await inMidRefresh();
  one.dispose();
  refresh.release();
  await pass(100, 10);
  const refreshed = two.refresh();
  await pass(2_000, 50);

  expect(await refreshed).toMatchObject({ status: 'signed-in' });
  expect(server).toMatchObject({ alarms: [], presented: ['session1-1', 'session1-2'] });
});

it('after dispose() it is stored', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const one = server.openTab({ storage });
  await one.setSession(server.begin());
  await pass(100, 10);
  const refresh = server.hold();
  void one.refresh().catch(() => {});
  await refresh.arrived;
  one.dispose();
  refresh.release();
  await pass(100, 10);
  const restored = server.openTab({ storage }).restore();
  await pass(2_000, 50);

  expect(await restored).toMatchObject({ status: 'signed-in' });
  expect(server).toMatchObject({ alarms: [], presented: ['session1-1', 'session1-2'] });
});

it('after dispose() it is revoked where the user has signed out meanwhile, though nobody has heard of that', async () => {
  const server = startTokenServer();
  const { storage, values } = memoryStorage();
  const [one, two] = [server.openTab({ storage }), server.openTab({ storage })] as const;
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  await pass(100, 10);
  const refresh = server.hold();
  void one.refresh().catch(() => {});
  await refresh.arrived;
  one.dispose();
  const messages = holdMessages();
  const signedOut = two.signOut();
  await pass(100, 10);
  refresh.release();
  await pass(5_000, 50);
  messages.lose();
  await signedOut;

  expect(server.revoked).toContain('session1-2');
  expect(server).toMatchObject({ aliveSessions: [], alarms: [] });
  expect(values.size).toBe(0);
});

it('after dispose() a tab that doesn’t hear of it presents no old one', async () => {
  const { server, one, two, refresh } = await inMidRefresh();
  one.dispose();
  const messages = holdMessages();
  refresh.release();
  await pass(2_000, 50);
  messages.lose();
  const refreshed = two.refresh().catch(() => {});
  await pass(3_000, 50);
  await refreshed;

  expect(server).toMatchObject({ alarms: [], presented: ['session1-1'] });
});

it('another tab stores it, also where the access token is still that of now', async () => {
  const server = startTokenServer();
  const login = server.begin();
  const { values, storage } = memoryStorage();
  const [one, two] = [server.openTab(), server.openTab({ storage })] as const;
  await one.setSession(login);
  await signedInEverywhere(one, two);
  const rotate = server.strategy.request;
  server.strategy.request = async (context) => {
    const answer = (await rotate(context)) as Response;
    return Response.json({ ...(await answer.json()), accessToken: login.accessToken });
  };
  for (let times = 0; times < 2; times++) {
    const refreshed = one.refresh();
    await pass(200, 20);
    await refreshed;
  }

  expect([...values.values()].join()).toContain('session1-3');
});
