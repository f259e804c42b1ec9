/** Refresh tokens where BroadcastChannel is missing: messages carry no tokens, and what is stored is what tabs share. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../given/memory-storage.ts';
import { tokenServers } from '../../given/token-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { stubStorage } from '../../world/storage.ts';

const startTokenServer = tokenServers();
beforeEach(() => {
  stopClocks();
  stubStorage();
  const events = new EventTarget();
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('window', {
    localStorage,
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
  });
});
afterEach(() => vi.unstubAllGlobals());

async function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await pass(3_000, 20);
  return promise;
}

it('a second tab takes the refresh token from the storage that all tabs share', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const one = server.openTab({ storage });
  await settled(one.setSession(server.begin()));

  const two = server.openTab({ storage });

  expect(await settled(two.restore())).toMatchObject({ status: 'signed-in' });
  expect(server).toMatchObject({ presented: ['session1-1'], alarms: [] });
});

it('a tab that hears of a rotation, and not of its refresh token, presents no old one', async () => {
  const server = startTokenServer();
  const { storage } = memoryStorage();
  const one = server.openTab({ storage });
  await settled(one.setSession(server.begin()));
  const two = server.openTab({ storage });
  await settled(two.restore());
  await settled(one.refresh());

  expect(await settled(two.refresh())).toMatchObject({ status: 'signed-in' });
  expect(server).toMatchObject({ presented: ['session1-1', 'session1-2', 'session1-3'], alarms: [] });
});

it('without a storage it goes on until its token expires, and presents no old one', async () => {
  const server = startTokenServer();
  const one = server.openTab();
  await settled(one.setSession(server.begin()));
  const two = server.openTab();
  await settled(two.restore());
  await settled(one.refresh());

  await settled(two.refresh().catch(() => {}));

  expect(server).toMatchObject({ presented: ['session1-1'], alarms: [] });
});
