/** The option `storage`: the refresh token outlives its page, and nothing else does. */

import type { RefreshTokenStorage } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../given/memory-storage.ts';
import { tokenServers } from '../../given/token-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { stubStorage } from '../../world/storage.ts';
import { signedInEverywhere } from '../../world/tabs.ts';

const startTokenServer = tokenServers();
beforeEach(() => {
  stopClocks();
  stubStorage();
});
afterEach(() => vi.unstubAllGlobals());

/** As IndexedDB is. */
function slowStorage() {
  const { values, storage } = memoryStorage();
  const slowly =
    <A extends unknown[], R>(run: (...args: A) => R) =>
    async (...args: A) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return run(...args);
    };
  const { getItem, setItem, removeItem } = storage();
  const slow = { getItem: slowly(getItem), setItem: slowly(setItem), removeItem: slowly(removeItem) };
  return { values, storage: () => slow as RefreshTokenStorage };
}

async function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await pass(3_000, 20);
  return promise;
}

describe.each([
  ['a storage', memoryStorage],
  ['an async storage', slowStorage],
])('%s', (_, makeStorage) => {
  it('a reload goes on with the session, with one refresh', async () => {
    const server = startTokenServer();
    const { storage } = makeStorage();
    const page = server.openTab({ storage });
    await settled(page.setSession(server.begin()));
    page.dispose();

    const reloaded = server.openTab({ storage });
    expect(await settled(reloaded.restore())).toMatchObject({ status: 'signed-in' });
    expect(server.presented).toEqual(['session1-1']);
  });

  it('it holds the newest refresh token, and no access token', async () => {
    const server = startTokenServer();
    const { storage, values } = makeStorage();
    const page = server.openTab({ storage });
    await settled(page.setSession(server.begin()));
    await settled(page.refresh());

    expect([...values.values()].join()).toContain('session1-2');
    expect([...values.values()].join()).not.toContain('session1-1');
    expect([...values.values()].join()).not.toContain('access-');
    page.dispose();
    await settled(server.openTab({ storage }).restore());
    expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [] });
  });

  it('a sign-out empties it', async () => {
    const server = startTokenServer();
    const { storage, values } = makeStorage();
    const page = server.openTab({ storage });
    await settled(page.setSession(server.begin()));
    await settled(page.signOut());

    expect(values.size).toBe(0);
    expect(server.aliveSessions).toEqual([]);
  });

  it('a sign-out right after a reload revokes what was stored', async () => {
    const server = startTokenServer();
    const { storage, values } = makeStorage();
    const page = server.openTab({ storage });
    await settled(page.setSession(server.begin()));
    page.dispose();

    const reloaded = server.openTab({ storage });
    expect(await settled(reloaded.signOut())).toEqual({ serverConfirmed: true });
    expect(values.size).toBe(0);
    expect(server).toMatchObject({ revoked: ['session1-1'], aliveSessions: [] });
  });

  it('the end of the session empties it', async () => {
    const server = startTokenServer();
    const { storage, values } = makeStorage();
    const page = server.openTab({ storage });
    await settled(page.setSession(server.begin()));
    await server.strategy.revoke?.({ fetch, refreshToken: 'session1-1' });
    await settled(page.refresh().catch(() => {}));

    expect(page.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(values.size).toBe(0);
  });
});

it('each tab with a storage of its own keeps the newest refresh token', async () => {
  const server = startTokenServer();
  const [mine, yours] = [memoryStorage(), memoryStorage()];
  const one = server.openTab({ storage: mine.storage });
  const two = server.openTab({ storage: yours.storage });
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  await settled(one.refresh());
  one.dispose();
  two.dispose();

  expect(await settled(server.openTab({ storage: yours.storage }).restore())).toMatchObject({ status: 'signed-in' });
  expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [] });
});

it('a refresh token in a duplicated tab’s storage is not presented once it is old', async () => {
  const server = startTokenServer();
  const { storage, values } = memoryStorage();
  const page = server.openTab({ storage });
  await settled(page.setSession(server.begin()));
  // As the browser copies sessionStorage when it duplicates a tab.
  const copy = memoryStorage();
  for (const [key, value] of values) copy.values.set(key, value);
  await settled(page.refresh());
  page.dispose();

  const duplicate = server.openTab({ storage: copy.storage });
  expect(await settled(duplicate.restore())).toMatchObject({ status: 'signed-out' });
  expect(server).toMatchObject({ presented: ['session1-1'], alarms: [] });
  expect(copy.values.size).toBe(0);
});

it('another user’s sign-in replaces what is stored, though the clock was set back', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const ada = server.openTab({ storage });
  await settled(ada.setSession(server.begin()));
  ada.dispose();
  vi.setSystemTime(Date.now() - 3_600_000);
  const bob = server.openTab({ storage });
  await settled(bob.setSession(server.begin()));
  bob.dispose();

  await settled(server.openTab({ storage }).restore());
  expect(server.presented).toEqual(['session2-1']);
});

it('a tab that has missed a refresh gets the access token from the others, and refreshes nothing', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const [one, two] = [server.openTab({ storage }), server.openTab({ storage })] as const;
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  const messages = holdMessages();
  await settled(one.refresh());
  messages.lose();

  expect(await settled(two.refresh())).toMatchObject({ status: 'signed-in' });
  expect(await two.getAccessToken()).toBe(await one.getAccessToken());
  expect(server.presented).toEqual(['session1-1']);
});

it('an access token that another tab brings in mid-refresh makes nobody drop the new refresh token', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const old = server.openTab({ storage });
  await settled(old.setSession(server.begin()));
  const messages = holdMessages();
  const refresh = server.hold();
  const page = server.openTab({ storage });
  const restored = page.restore();
  await settled(refresh.arrived);
  // The tab of before answers the question of this one late.
  messages.deliver();
  await settled(Promise.resolve());
  expect(page.getState()).toMatchObject({ status: 'signed-in' });
  refresh.release();
  await settled(restored);

  await settled(page.refresh());
  expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [] });
});

it('a tab that hears nothing of the others has the newest refresh token from the storage', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const [one, two] = [server.openTab({ storage }), server.openTab({ storage })] as const;
  await one.setSession(server.begin());
  await signedInEverywhere(one, two);
  const messages = holdMessages();
  await settled(one.refresh());
  await settled(two.refresh());
  messages.lose();

  expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [] });
});

it('a tab that was signed out says no longer so once it goes on with a session that another tab has stored', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const deaf = server.openTab({ storage });
  expect(await settled(deaf.restore())).toEqual({ status: 'signed-out', reason: 'no-session' });
  const messages = holdMessages();
  const page = server.openTab({ storage });
  await settled(page.setSession(server.begin()));
  const answer = server.hold();
  const refreshed = deaf.refresh();
  await settled(answer.arrived);

  expect(deaf.getState()).toEqual({ status: 'restoring' });
  answer.release();
  expect(await settled(refreshed)).toMatchObject({ status: 'signed-in' });
  messages.lose();
});

it('a sign-in resolves once its refresh token is stored', async () => {
  const server = startTokenServer();
  const { values, storage } = slowStorage();
  const page = server.openTab({ storage });
  const storedAtSignIn = page.signIn(async () => server.begin()).then(() => [...values.values()].join());
  await pass(1_000, 10);
  expect(await storedAtSignIn).toContain('session1-1');

  const storedAtSetSession = page.setSession(server.begin()).then(() => [...values.values()].join());
  await pass(1_000, 10);
  expect(await storedAtSetSession).toContain('session2-1');
});

it('what was granted before dispose() is stored', async () => {
  const server = startTokenServer();
  const { values, storage } = slowStorage();
  const page = server.openTab({ storage });
  for (const answer of [server.begin(), server.begin()]) {
    page.setSession(answer).catch(() => {});
    await pass(5, 1);
  }
  page.dispose();
  await pass(1_000, 10);

  expect([...values.values()].join()).toContain('session2-1');
});

it('a tab that has it in its storage only revokes it at a sign-out in another tab', async () => {
  const server = startTokenServer();
  const { values, storage } = memoryStorage();
  const first = server.openTab({ storage });
  await settled(first.setSession(server.begin()));
  const messages = holdMessages();
  first.dispose();
  messages.lose();
  const reloaded = server.openTab({ storage });
  expect(reloaded.getState()).toEqual({ status: 'restoring' });
  const other = server.openTab();
  await settled(other.signOut());

  expect(values.size).toBe(0);
  expect(server).toMatchObject({ revoked: ['session1-1'], aliveSessions: [] });
});

it('a sign-out with the newest refresh token revokes it once, however many tabs have stored it', async () => {
  const server = startTokenServer();
  const [mine, yours] = [memoryStorage(), memoryStorage()];
  const tabs = [server.openTab({ storage: mine.storage }), server.openTab({ storage: yours.storage })] as const;
  await settled(tabs[0].setSession(server.begin()));
  await signedInEverywhere(...tabs);
  await settled(tabs[1].signOut());

  expect(server.revoked).toEqual(['session1-1']);
});
