/** Refresh tokens in memory: a tab that has missed a rotation presents no old one, and a new tab waits for the others. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { memoryStorage } from '../../given/memory-storage.ts';
import { tokenServers } from '../../given/token-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { stubStorage } from '../../world/storage.ts';
import { record, signedInEverywhere } from '../../world/tabs.ts';

const startTokenServer = tokenServers();
let stored: Map<string, string>;
beforeEach(() => {
  stopClocks();
  stored = stubStorage();
});
afterEach(() => vi.unstubAllGlobals());

/** Two tabs. The first one has refreshed, and the second one hasn't heard of it. */
async function secondHasMissedARefresh(options = {}) {
  const server = startTokenServer(options);
  const [one, two] = [server.openTab(), server.openTab()] as const;
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  const messages = holdMessages();
  const refreshed = one.refresh();
  await pass(2_000, 100);
  await refreshed;
  messages.lose();
  return { server, one, two };
}

describe('a tab that has missed a rotation', () => {
  it('asks the others, and goes on with the newest refresh token', async () => {
    const { server, two } = await secondHasMissedARefresh();
    const refreshed = two.refresh();
    await pass(2_000, 50);

    expect(await refreshed).toMatchObject({ status: 'signed-in' });
    expect(server).toMatchObject({ presented: ['session1-1'], alarms: [] });
  });

  it('knows it after a failed login, too', async () => {
    const { server, two } = await secondHasMissedARefresh();
    const login = failureOf(two.signIn(() => Promise.reject(new TypeError('Failed to fetch'))));
    await pass(2_000, 50);
    await login;
    const refreshed = two.refresh();
    await pass(2_000, 50);

    expect(await refreshed).toMatchObject({ status: 'signed-in' });
    expect(server).toMatchObject({ presented: ['session1-1'], alarms: [] });
  });

  it('reports the session as lost where nobody answers, and presents nothing', async () => {
    const { server, one, two } = await secondHasMissedARefresh();
    one.dispose();
    const events = record(two);
    const error = failureOf(two.refresh());
    await pass(3_000, 50);

    expect(await error).toMatchObject({
      code: 'session-expired',
    });
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed', 'signed-out']);
    expect(events[0]?.detail).toMatchObject({
      error: { message: expect.stringContaining('its newest refresh token has gone with a closed page') },
    });
    expect(server).toMatchObject({ presented: ['session1-1'], alarms: [], aliveSessions: ['session1'] });
  });

  it('asks again where its page has stood still, and has missed the answers', async () => {
    const { server, two } = await secondHasMissedARefresh();
    const unheard = holdMessages();
    const refreshed = two.refresh();
    await pass(20);
    unheard.lose();
    jumpWallClock(60_000);
    await pass(2_000, 50);

    expect(await refreshed).toMatchObject({ status: 'signed-in' });
    expect(server.alarms).toEqual([]);
  });

  it('doesn’t end the session of a tab that was asleep, and comes back to it', async () => {
    const { server, one, two } = await secondHasMissedARefresh();
    const asleep = holdMessages();
    const error = failureOf(two.refresh());
    await pass(3_000, 50);
    expect(await error).toMatchObject({ code: 'session-expired' });
    asleep.deliver();
    await pass(100, 10);

    const refreshed = one.refresh();
    await pass(2_000, 50);
    await refreshed;
    expect([one, two].map((tab) => tab.getState().status)).toEqual(['signed-in', 'signed-in']);
    expect(server.alarms).toEqual([]);
  });
});

describe('at a server that doesn’t rotate', () => {
  it('a tab that has missed a refresh goes on with the refresh token that it has', async () => {
    const { server, one, two } = await secondHasMissedARefresh({ rotates: false });
    one.dispose();
    const refreshed = two.refresh();
    await pass(3_000, 50);

    expect(await refreshed).toMatchObject({ status: 'signed-in' });
    expect(server.presented).toEqual(['session1-1', 'session1-1']);
  });

  it('so does a tab that was reloaded meanwhile, and one whose own refresh has failed', async () => {
    const server = startTokenServer({ rotates: false });
    const { storage } = memoryStorage();
    const [one, two] = [server.openTab({ storage }), server.openTab()] as const;
    await one.setSession(server.begin());
    await signedInEverywhere(one, two);
    one.dispose();
    await two.refresh();
    two.dispose();
    const answer = server.strategy.request;
    server.strategy.request = async () => new Response(null, { status: 500 });
    const reloaded = server.openTab({ storage });
    const failed = failureOf(reloaded.restore());
    await pass(3_000, 50);
    expect(await failed).toMatchObject({ code: 'refresh-unavailable' });
    server.strategy.request = answer;
    await pass(60_000, 500);

    expect(reloaded.getState()).toMatchObject({ status: 'signed-in' });
  });

  it('once it rotates, no old refresh token comes back from a tab that was asleep', async () => {
    const { server, one, two } = await secondHasMissedARefresh({ rotates: false });
    const asleep = holdMessages();
    server.beginRotating();
    const refreshed = two.refresh();
    await pass(3_000, 50);
    await refreshed;
    asleep.deliver();
    await pass(100, 10);
    for (const tab of [one, two]) {
      const again = tab.refresh();
      await pass(2_000, 50);
      await again;
    }

    expect(server.alarms).toEqual([]);
    expect(server.presented).toHaveLength(4);
  });

  it('a session that another tab took over meanwhile is another one', async () => {
    const { server, one, two } = await secondHasMissedARefresh({ rotates: false });
    const messages = holdMessages();
    await one.setSession(server.begin());
    messages.lose();
    one.dispose();
    const error = failureOf(two.refresh());
    await pass(3_000, 50);

    expect(await error).toMatchObject({ code: 'session-expired' });
    expect(server.presented).toEqual(['session1-1']);
  });
});

describe('a new tab', () => {
  it('has the session of a tab that answers late', async () => {
    const server = startTokenServer();
    const one = server.openTab();
    await one.setSession(server.begin());
    const busy = holdMessages();
    const two = server.openTab();
    const restored = two.restore();
    await pass(500, 50);
    expect(two.getState()).toEqual({ status: 'restoring' });
    busy.deliver();
    await pass(200, 20);

    expect(await restored).toMatchObject({ status: 'signed-in' });
    expect(server.presented).toEqual([]);
  });

  it('knows after a second that no other tab has the session', async () => {
    const server = startTokenServer();
    const one = server.openTab();
    await one.setSession(server.begin());
    one.dispose();
    const two = server.openTab();
    const restored = two.restore();
    await pass(1_100, 50);

    expect(await restored).toEqual({ status: 'signed-out', reason: 'no-session' });
    // The next one knows at once.
    const third = server.openTab().restore();
    await pass(100, 10);
    expect(await third).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(server.presented).toEqual([]);
  });

  it('doesn’t wait for anybody where nobody was ever signed in, or after a sign-out', async () => {
    const server = startTokenServer();
    const visitor = server.openTab().restore();
    await pass(100, 10);
    expect(await visitor).toEqual({ status: 'signed-out', reason: 'no-session' });

    const one = server.openTab();
    await one.setSession(server.begin());
    const signedOut = one.signOut();
    await pass(100, 10);
    await signedOut;
    one.dispose();
    const next = server.openTab().restore();
    await pass(100, 10);
    expect(await next).toMatchObject({ status: 'signed-out' });
  });
});

describe('the mark of the rotation', () => {
  it('a sign-in after the clock was set back counts', async () => {
    const server = startTokenServer();
    const before = server.openTab();
    await before.setSession(server.begin());
    before.dispose();
    // Its message is on its way no longer.
    await pass(100, 10);
    vi.setSystemTime(Date.now() - 3_600_000);
    const after = server.openTab();
    await after.setSession(server.begin());

    const refreshed = after.refresh();
    await pass(2_000, 50);
    expect(await refreshed).toMatchObject({ status: 'signed-in' });
    expect(server.presented).toEqual(['session2-1']);
  });

  it('one that another tab writes while this one waits takes its place', async () => {
    const server = startTokenServer();
    const tab = server.openTab();
    await tab.setSession(server.begin());
    await pass(100, 10);
    const [key, mark] = [...stored].find(([name]) => name.endsWith(' rotation')) ?? ['', ''];
    const { epoch } = JSON.parse(mark);
    // Of a page that has gone. The mark of a refresh that came after it travels for a while.
    stored.set(key, JSON.stringify({ epoch: epoch + 1, id: 'another', generation: 1, isGone: false }));
    const refreshed = tab.refresh();
    await pass(100, 10);
    stored.set(key, mark);
    await pass(2_000, 50);

    expect(await refreshed).toMatchObject({ status: 'signed-in' });
    expect(server.presented).toEqual(['session1-1']);
  });

  it('garbage in it is no mark', async () => {
    const server = startTokenServer();
    const tab = server.openTab();
    await tab.setSession(server.begin());
    for (const key of stored.keys()) stored.set(key, '{"epoch":');

    const refreshed = tab.refresh();
    await pass(2_000, 50);
    expect(await refreshed).toMatchObject({ status: 'signed-in' });
  });
});
