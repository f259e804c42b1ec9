/** The mark of a message that is on its way: a lock that others can see, and nothing that a stranger's lock could break. */

import { describe, expect, it, vi } from 'vitest';
import { createSession, type Session } from '../../src/session/session.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import { isHandoverPending, markHandover } from '../../src/tabs/handover-mark.ts';
import { gate } from '../../src/wait.ts';
import { locksHeld } from '../given/held-locks.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { newBrowser } from '../world/tabs.ts';
import { rest } from '../world/waiting.ts';

const RECORD: SessionRecord = { epoch: 5, id: 'x', generation: 7, refreshToken: 'secret', hint: 'a' };
const sessionOf = (record: SessionRecord = RECORD): Session => ({ ...createSession(gate(), () => {}), record });
const openTabs = () => {
  const browser = newBrowser();
  return { browser, tabs: { name: `silent-refresh:${browser}`, locks: navigator.locks } };
};

describe('the mark', () => {
  it('is a lock that says what the order of records needs, and no token', async () => {
    stopClocks();
    const { browser, tabs } = openTabs();
    void markHandover(tabs, sessionOf({ ...RECORD, ended: 'expired' }));
    await rest();
    expect(await locksHeld(browser)).toEqual([`${tabs.name}@{"epoch":5,"id":"x","generation":7,"ended":"expired"}`]);
  });

  it('lasts a second, or until the manager has answered after the next change', async () => {
    stopClocks();
    const { browser, tabs } = openTabs();
    const query = vi.spyOn(navigator.locks, 'query');
    const session = sessionOf();
    const over = markHandover(tabs, session);
    await pass(999);
    expect(await locksHeld(browser)).toHaveLength(1);
    query.mockClear();
    await pass(1);
    await over;
    expect(query).not.toHaveBeenCalled();
    expect(await locksHeld(browser)).toEqual([]);

    const next = markHandover(tabs, session);
    await rest();
    const answered = gate();
    query.mockImplementationOnce(async () => {
      await new Promise<void>((resolve) => answered.onOpen(resolve));
      return {};
    });
    session.change.open();
    await rest();
    expect(await locksHeld(browser)).toHaveLength(1);
    answered.open();
    await next;
    expect(await locksHeld(browser)).toEqual([]);
  });

  it('of the same record isn’t waited for: one is enough', async () => {
    stopClocks();
    const { tabs } = openTabs();
    void markHandover(tabs, sessionOf());
    await rest();
    const { pending = [] } = await navigator.locks.query();
    const second = markHandover(tabs, sessionOf());
    await rest();
    expect((await navigator.locks.query()).pending).toEqual(pending);
    await pass(1_000);
    await second;
  });

  it('is missing where there are no locks, and where they are refused', async () => {
    await markHandover({ name: 'alone', locks: undefined }, sessionOf());
    vi.spyOn(navigator.locks, 'request').mockRejectedValue(new DOMException('', 'SecurityError'));
    await markHandover({ name: 'refused', locks: navigator.locks }, sessionOf());
    expect(await isHandoverPending({ name: 'alone', locks: undefined }, sessionOf())).toBe(false);
  });
});

describe('it is seen', () => {
  const held = (...names: unknown[]) =>
    ({ query: async () => ({ held: names.map((name) => ({ name })) }) }) as LockManager;
  const marked = (record: object) => `tabs@${JSON.stringify(record)}`;
  const isPending = (locks: LockManager, session = sessionOf()) => isHandoverPending({ name: 'tabs', locks }, session);

  it.each([
    ['a later refresh', { epoch: 5, id: 'x', generation: 8 }, true],
    ['a later sign-in', { epoch: 6, id: 'y', generation: 1 }, true],
    ['what is known', { epoch: 5, id: 'x', generation: 7 }, false],
    ['an earlier refresh', { epoch: 5, id: 'x', generation: 6 }, false],
  ])('%s', async (_, record, expected) => {
    expect(await isPending(held(marked(record)))).toBe(expected);
    expect(await isPending(held(marked({ epoch: 1, id: 'x', generation: 1 }), marked(record)))).toBe(expected);
  });

  it('what a sign-in with the cookie keeps for later is known', async () => {
    const newer = { epoch: 5, id: 'x', generation: 8 };
    const session = { ...sessionOf(), cookieSignIn: { newestHeard: newer } };
    expect(await isPending(held(marked(newer)), session)).toBe(false);
  });

  it('among the locks of strangers', async () => {
    const newer = marked({ epoch: 5, id: 'x', generation: 8 });
    const strangers = [undefined, 'tabs', 'tabs@', 'tabs@7', 'tabs@nonsense', 'other@{}', 'silent-refresh:tabs'];
    expect(await isPending(held(...strangers, newer))).toBe(true);
    expect(await isPending(held(...strangers))).toBe(false);
  });

  it.each<[string, unknown]>([
    ['holds none', { held: [] }],
    ['says nothing of those held', {}],
    ['says nothing', undefined],
  ])('not where the manager %s', async (_, snapshot) => {
    expect(await isPending({ query: async () => snapshot } as LockManager)).toBe(false);
  });

  it('not where the locks are refused, and not in a mark that can’t be read', async () => {
    const refused = { query: () => Promise.reject(new DOMException('', 'SecurityError')) };
    expect(await isPending(refused as unknown as LockManager)).toBe(false);
    expect(await isPending(held('tabs@{nonsense'))).toBe(false);
  });
});
