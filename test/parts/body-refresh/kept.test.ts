/** What is kept of a refresh token beyond its page after each change, and which one is to be revoked. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { holdRefreshToken } from '../../../src/refresh/held-refresh-token.ts';
import { readStored, removeStored, store } from '../../../src/refresh/refresh-token-storage.ts';
import { type ChangeSource, createSession, type Session } from '../../../src/session/session.ts';
import type { SessionRecord } from '../../../src/session/session-record.ts';
import { markRotation } from '../../../src/tabs/rotation-mark.ts';
import { gate, now } from '../../../src/wait.ts';
import { memoryStorage } from '../../given/memory-storage.ts';
import { type TabParts, tabParts } from '../../given/tab-parts.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { stubStorage } from '../../world/storage.ts';
import { gate as door, rest } from '../../world/waiting.ts';

let values: Map<string, string>;
let storage: ReturnType<typeof memoryStorage>['storage'];
let tabs: TabParts;
beforeEach(() => {
  stubStorage();
  ({ values, storage } = memoryStorage());
  const channel = { type: 'native', postMessage: async () => {} } as unknown as NonNullable<TabParts['channel']>;
  tabs = tabParts({ channel });
  return () => vi.unstubAllGlobals();
});

/** The second rotation of a session. */
const record = (rest: Partial<SessionRecord> = {}): SessionRecord => ({
  epoch: 100,
  id: 'ours',
  generation: 2,
  refreshToken: 'second',
  ...rest,
});
const sessionOf = (known: SessionRecord): Session => ({ ...createSession(gate(), () => {}), record: known });

/** Keeps it after a change; the refresh token that is to be revoked. */
const keep = (known: SessionRecord, source: ChangeSource, held = holdRefreshToken(storage, undefined)) =>
  held.keep(sessionOf(known), tabs, source, Promise.resolve());

const stored = async () => (await readStored(storage, tabs))?.refreshToken;
const ENDED = { token: undefined, refreshToken: undefined };
const accessToken = { value: 'access', lifetime: 300_000, receivedAt: now(), claims: undefined };

it.each([
  [true, () => storage],
  [false, () => undefined],
])('whether it outlives its page: %s', (hasStorage, given) => {
  expect(holdRefreshToken(given(), 'spa')).toMatchObject({ hasStorage, clientId: 'spa' });
});

describe('after a change', () => {
  const OLDER = { generation: 1, refreshToken: 'first' };
  const NEWER = { generation: 3, refreshToken: 'third' };
  const THEIRS = { epoch: 200, id: 'theirs', refreshToken: 'theirs' };

  it.each<[what: string, before: object | undefined, now: object, ChangeSource, kept: string | undefined]>([
    ['a sign-in here', undefined, {}, 'this-tab', 'second'],
    ['a sign-in elsewhere', undefined, {}, 'another-tab', 'second'],
    ['a rotation here', OLDER, {}, 'this-tab', 'second'],
    ['a rotation elsewhere', OLDER, {}, 'another-tab', 'second'],
    ['a rotation of before', NEWER, {}, 'this-tab', 'third'],
    ['a rotation of before, elsewhere', NEWER, {}, 'another-tab', 'third'],
    // What this tab has begun itself counts, whatever its clock says.
    ['a sign-in here, by a clock that was set back', THEIRS, {}, 'this-tab', 'second'],
    ['a sign-in elsewhere that another one has replaced', THEIRS, {}, 'another-tab', 'theirs'],
    ['the end of the session here', {}, { ...ENDED, ended: 'expired' }, 'this-tab', undefined],
    ['the end of the session elsewhere', {}, { ...ENDED, ended: 'expired' }, 'another-tab', undefined],
    ['its end here, though a later rotation is stored', NEWER, { ...ENDED, ended: 'expired' }, 'this-tab', undefined],
    ['the end of another session here', THEIRS, { ...ENDED, ended: 'expired' }, 'this-tab', undefined],
    ['the end of another session elsewhere', THEIRS, { ...ENDED, ended: 'expired' }, 'another-tab', 'theirs'],
    ['news without a refresh token', OLDER, ENDED, 'another-tab', 'first'],
    ['a sign-in here without a refresh token', OLDER, ENDED, 'this-tab', undefined],
    ['a tab that has forgotten its session', {}, { ...ENDED, epoch: 0, ended: 'expired' }, 'this-tab', 'second'],
  ])('%s', async (_what, before, change, source, kept) => {
    if (before) await store(storage, tabs, record(before));
    expect(await keep(record(change), source)).toBeUndefined();

    expect(await stored()).toBe(kept);
  });

  it('of the tab’s own the others see the mark, and of other tabs’ none is written', async () => {
    await keep(record(), 'another-tab');
    expect(localStorage.getItem(`${tabs.name} rotation`)).toBeNull();
    await keep(record(), 'this-tab');
    expect(JSON.parse(localStorage.getItem(`${tabs.name} rotation`) ?? '')).toMatchObject({
      id: 'ours',
      generation: 2,
    });
  });

  it('nothing is kept before what came before', async () => {
    const { opened, open } = door();
    const kept = holdRefreshToken(storage, undefined).keep(sessionOf(record()), tabs, 'this-tab', opened);
    await rest();
    expect(await stored()).toBeUndefined();
    // The others know at once.
    expect(localStorage.getItem(`${tabs.name} rotation`)).not.toBeNull();
    open();
    await kept;

    expect(await stored()).toBe('second');
  });

  it('without a storage there is nothing to keep, and nothing to revoke', async () => {
    expect(
      await keep(record({ ...ENDED, ended: 'signed-out' }), 'this-tab', holdRefreshToken(undefined, undefined)),
    ).toBe(undefined);
  });

  it('where its mark finds no room, it isn’t kept, since another tab would present it when it is old', async () => {
    await store(storage, tabs, record(OLDER));
    const full = vi.spyOn(localStorage, 'setItem').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
    await keep(record(), 'this-tab');
    expect(await stored()).toBeUndefined();
    // Once when it came, and once when there may be room.
    expect(full).toHaveBeenCalledTimes(2);
  });
});

describe('a refresh token that nobody needs any more', () => {
  it.each<[what: string, before: object | undefined, now: object, ChangeSource, revoked: string | undefined]>([
    ['a sign-out here', {}, { ...ENDED, ended: 'signed-out', epoch: 200 }, 'this-tab', 'second'],
    [
      'a sign-out here, with nothing stored',
      undefined,
      { ...ENDED, ended: 'signed-out', epoch: 200 },
      'this-tab',
      undefined,
    ],
    ['the end of the session here', {}, { ...ENDED, ended: 'expired' }, 'this-tab', undefined],
    // The tab that has signed out has revoked it, if it had it.
    [
      'a sign-out elsewhere, which knew it',
      {},
      { ...ENDED, ended: 'signed-out', epoch: 200 },
      'another-tab',
      undefined,
    ],
    [
      'a sign-out elsewhere, which knew an older one',
      {},
      { ...ENDED, ended: 'signed-out', epoch: 200, generation: 1 },
      'another-tab',
      'second',
    ],
    ['a sign-in here', { id: 'theirs', epoch: 50 }, {}, 'this-tab', undefined],
  ])('%s', async (_what, before, change, source, revoked) => {
    if (before) await store(storage, tabs, record(before));

    expect(await keep(record(change), source)).toBe(revoked);
  });

  it('is one that comes after a sign-out which nobody here has heard of', async () => {
    markRotation(tabs, record({ ...ENDED, epoch: 200, ended: 'signed-out' }));

    expect(await keep(record(), 'another-tab')).toBe('second');
    expect(await stored()).toBeUndefined();
  });
});

describe('what is stored', () => {
  it('is the refresh token and what the order of sessions needs, under the client’s name', async () => {
    await store(storage, tabs, record({ token: accessToken }));
    expect([...values.keys()]).toEqual([`${tabs.name} refresh-token`]);
    expect([...values.values()].join()).toContain('second');
    expect([...values.values()].join()).not.toContain('access');

    expect(await readStored(storage, tabs)).toMatchObject({ epoch: 100, id: 'ours', generation: 2 });
  });

  it.each<[what: string, text: string]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['no message', '{"kind":"session"}'],
    ['null', 'null'],
    ['a message of another kind', '{"v":1,"kind":"ask"}'],
  ])('counts as nothing where it is %s', async (_what, text) => {
    values.set(`${tabs.name} refresh-token`, text);

    expect(await readStored(storage, tabs)).toBeUndefined();
  });

  it('counts as nothing without a refresh token', async () => {
    await store(storage, tabs, record({ ...ENDED, ended: 'expired' }));

    expect(await readStored(storage, tabs)).toBeUndefined();
  });

  it('is taken away where the new one finds no room', async () => {
    await store(storage, tabs, record());
    const full = {
      ...storage(),
      setItem() {
        throw new DOMException('', 'QuotaExceededError');
      },
    };
    await store(() => full, tabs, record({ generation: 3 }));

    expect(values.size).toBe(0);
  });

  it('a storage that doesn’t answer is waited for a second', async () => {
    stopClocks();
    const silent = () => ({ ...storage(), removeItem: () => new Promise(() => {}) });
    let isOver = false;
    void removeStored(silent, tabs).then(() => {
      isOver = true;
    });
    await pass(999);
    expect(isOver).toBe(false);
    await pass(1);

    expect(isOver).toBe(true);
  });
});
