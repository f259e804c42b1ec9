/** The refresh token beyond its page, for those who accept the risk. Never the access token. */

import type { SessionRecord } from '../session/session-record.js';
import { readMessage, writeMessage } from '../tabs/tab-message.js';
import type { Tabs } from '../tabs/tabs.js';

/**
 * Where a refresh token outlives its page, such as `sessionStorage`. What it throws, or rejects with, counts as "nothing is
 * stored". Its promises must settle.
 */
export interface RefreshTokenStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** Called in browsers only, at each use: where storage is blocked, the access to it throws. */
export type GetStorage = (() => RefreshTokenStorage) | undefined;

const keyOf = ({ name }: Tabs): string => `${name} refresh-token`;

/** A session as it was stored: with its refresh token alone. */
export async function readStored(getStorage: GetStorage, tabs: Tabs): Promise<SessionRecord | undefined> {
  try {
    const text = await getStorage?.().getItem(keyOf(tabs));
    const message = text ? readMessage(JSON.parse(text)) : undefined;
    return message?.kind === 'session' ? message.record : undefined;
  } catch {
    return undefined;
  }
}

/** Stores it as one tab would tell it to another. Where that fails, a reload needs another tab. */
export async function store(getStorage: GetStorage, tabs: Tabs, record: SessionRecord): Promise<void> {
  try {
    const message = writeMessage({ kind: 'session', record: { ...record, token: undefined } }, 'with-tokens');
    await getStorage?.().setItem(keyOf(tabs), JSON.stringify(message));
  } catch {
    // It is full, say. The refresh token of before is spent, and must not be found there.
    await removeStored(getStorage, tabs);
  }
}

export async function removeStored(getStorage: GetStorage, tabs: Tabs): Promise<void> {
  try {
    await getStorage?.().removeItem(keyOf(tabs));
  } catch {
    // Where nothing can be removed, nothing could be stored.
  }
}
