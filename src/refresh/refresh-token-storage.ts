/** The refresh token beyond its page, for those who accept the risk. Never the access token. */

import type { SessionRecord } from '../session/session-record.js';
import { readMessage, writeMessage } from '../tabs/tab-message.js';
import type { Tabs } from '../tabs/tabs.js';
import { within } from '../wait.js';

/**
 * Where a refresh token outlives its page, such as `sessionStorage`. Where it throws, rejects, or hasn't answered within a
 * second, nothing is stored.
 */
export interface RefreshTokenStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** Called in browsers only, at each use: where storage is blocked, the access to it throws. */
export type GetStorage = (() => RefreshTokenStorage) | undefined;

const keyOf = ({ name }: Tabs): string => `${name} refresh-token`;

/** Milliseconds. While a storage is waited for, no other tab can refresh. */
const ANSWERS_WITHIN = 1_000;

/** What it gives; `undefined` where it fails, or takes too long. */
async function use<T>(
  getStorage: GetStorage,
  run: (storage: RefreshTokenStorage) => T,
): Promise<Awaited<T> | undefined> {
  try {
    return getStorage && (await within(ANSWERS_WITHIN, Promise.resolve(run(getStorage()))));
  } catch {
    return undefined;
  }
}

/** A session as it was stored: with its refresh token alone. */
export async function readStored(getStorage: GetStorage, tabs: Tabs): Promise<SessionRecord | undefined> {
  const text = await use(getStorage, (storage) => storage.getItem(keyOf(tabs)));
  try {
    const message = text ? readMessage(JSON.parse(text)) : undefined;
    // What has ended has none, and ends no session of now.
    return message?.kind === 'session' && message.record.refreshToken ? message.record : undefined;
  } catch {
    return undefined;
  }
}

/** Stores it as one tab would tell it to another. Where that fails, a reload needs another tab. */
export async function store(getStorage: GetStorage, tabs: Tabs, record: SessionRecord): Promise<void> {
  const message = writeMessage({ kind: 'session', record: { ...record, token: undefined } }, 'with-tokens');
  const isStored = await use(getStorage, async (storage) => {
    await storage.setItem(keyOf(tabs), JSON.stringify(message));
    return true;
  });
  // It is full, say. The refresh token of before is spent, and must not be found there.
  if (!isStored) await removeStored(getStorage, tabs);
}

export async function removeStored(getStorage: GetStorage, tabs: Tabs): Promise<void> {
  await use(getStorage, (storage) => storage.removeItem(keyOf(tabs)));
}
