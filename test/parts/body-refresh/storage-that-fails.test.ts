/** A storage that is blocked, full, garbled or slow: it costs a session no more than its reload, and keeps no spent token. */

import type { RefreshTokenStorage } from 'silent-refresh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../given/memory-storage.ts';
import { tokenServers } from '../../given/token-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { holdMessages } from '../../world/messages.ts';
import { stubStorage } from '../../world/storage.ts';
import { signedInEverywhere } from '../../world/tabs.ts';

const startTokenServer = tokenServers();
let stored: Map<string, string>;
beforeEach(() => {
  stopClocks();
  stored = stubStorage();
});
afterEach(() => vi.unstubAllGlobals());

async function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await pass(3_000, 20);
  return promise;
}

it.each<[string, () => RefreshTokenStorage]>([
  [
    'is blocked',
    () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  ],
  [
    'is full',
    () => ({
      getItem: () => null,
      setItem() {
        throw new DOMException('full', 'QuotaExceededError');
      },
      removeItem() {},
    }),
  ],
  [
    'rejects',
    () => ({
      getItem: () => Promise.reject(new Error('no')),
      setItem: () => Promise.reject(new Error('no')),
      removeItem: () => Promise.reject(new Error('no')),
    }),
  ],
  ['holds no JSON', () => ({ getItem: () => '{', setItem() {}, removeItem() {} })],
  ['holds garbage', () => ({ getItem: () => '{"v":1,"kind":"session","epoch":"x"}', setItem() {}, removeItem() {} })],
  [
    'holds the end of a session',
    () => ({
      getItem: () => '{"v":1,"kind":"session","epoch":5,"id":"a","generation":1,"ended":"expired"}',
      setItem() {},
      removeItem() {},
    }),
  ],
])('a storage that %s costs the session no more than its reload', async (_, storage) => {
  const server = startTokenServer();
  const page = server.openTab({ storage });
  await settled(page.setSession(server.begin()));

  expect(await settled(page.refresh())).toMatchObject({ status: 'signed-in' });
  page.dispose();
  expect(await settled(server.openTab({ storage }).restore())).toMatchObject({ status: 'signed-out' });
});

describe('a storage that hangs', () => {
  const never = () => new Promise<never>(() => {});

  it.each<[keyof RefreshTokenStorage]>([['getItem'], ['setItem'], ['removeItem']])(
    'in %s it holds up no tab for long, and no mark of a rotation',
    async (method) => {
      const server = startTokenServer();
      const { storage } = memoryStorage();
      let hangs = false;
      const works: (key: string, value: string) => unknown = storage()[method];
      const hanging = { ...storage(), [method]: (...args: [string, string]) => (hangs ? never() : works(...args)) };
      const [one, two] = [server.openTab({ storage: () => hanging }), server.openTab()] as const;
      await settled(one.setSession(server.begin()));
      await signedInEverywhere(one, two);
      hangs = true;
      const before = [...stored.values()];
      void one.refresh();
      await pass(1_500, 20);
      expect([...stored.values()]).not.toEqual(before);
      const began = Date.now();
      let took = Infinity;
      void two.refresh().then(() => {
        took = Date.now() - began;
      });
      await pass(30_000, 500);

      expect(took).toBeLessThanOrEqual(5_000);
      expect(server).toMatchObject({ presented: ['session1-1', 'session1-2'], alarms: [] });
      const signedOut = one.signOut();
      await pass(6_000, 100);
      expect(await signedOut).toEqual({ serverConfirmed: true });
    },
  );

  it('keeps no old refresh token', async () => {
    const server = startTokenServer();
    const { values, storage } = memoryStorage();
    let hangs = false;
    const { setItem } = storage();
    const hanging = { ...storage(), setItem: (key: string, value: string) => (hangs ? never() : setItem(key, value)) };
    const page = server.openTab({ storage: () => hanging });
    await settled(page.setSession(server.begin()));
    hangs = true;
    await settled(page.refresh());

    expect(values.size).toBe(0);
  });
});

describe('a storage that fills up', () => {
  it('keeps no old refresh token', async () => {
    const server = startTokenServer();
    const { values, storage } = memoryStorage();
    const { getItem, setItem, removeItem } = storage();
    let isFull = false;
    const filling: RefreshTokenStorage = {
      getItem,
      removeItem,
      setItem(key, value) {
        if (isFull) throw new DOMException('full', 'QuotaExceededError');
        setItem(key, value);
      },
    };
    const page = server.openTab({ storage: () => filling });
    await settled(page.setSession(server.begin()));
    isFull = true;
    await settled(page.refresh());
    page.dispose();

    expect(values.size).toBe(0);
    expect(await settled(server.openTab({ storage: () => filling }).restore())).toMatchObject({ status: 'signed-out' });
    expect(server).toMatchObject({ presented: ['session1-1'], alarms: [], aliveSessions: ['session1'] });
  });

  it('makes room for the mark of the rotation, which keeps other tabs from presenting an old one', async () => {
    const server = startTokenServer();
    const storage = () => localStorage;
    const [page, other] = [server.openTab({ storage }), server.openTab()] as const;
    await settled(page.setSession(server.begin()));
    for (let times = 0; times < 8; times++) await settled(page.refresh());
    const messages = holdMessages();
    fillStorage();
    await settled(page.refresh());
    messages.lose();
    page.dispose();

    expect([...stored.keys()].filter((key) => key.endsWith(' refresh-token'))).toEqual([]);
    expect(await settled(other.refresh().catch((error) => error))).toMatchObject({ code: 'session-expired' });
    expect(server.alarms).toEqual([]);
  });

  it('keeps no refresh token where the mark of its rotation finds no room', async () => {
    const server = startTokenServer();
    const { values, storage } = memoryStorage();
    const page = server.openTab({ storage });
    await settled(page.setSession(server.begin()));
    for (let times = 0; times < 8; times++) await settled(page.refresh());
    fillStorage();
    await settled(page.refresh());

    expect(values.size).toBe(0);
  });
});

/** From now on the page's localStorage takes no more than it holds. */
function fillStorage(): void {
  const size = () => [...stored].flat().join('').length;
  const limit = size();
  const { getItem, setItem, removeItem } = localStorage;
  vi.stubGlobal('localStorage', {
    getItem,
    removeItem,
    setItem(key: string, value: string) {
      if (size() - (stored.get(key) ?? '').length + value.length > limit)
        throw new DOMException('full', 'QuotaExceededError');
      setItem(key, value);
    },
  });
}
