/** Turns: one at a time, in order, given up in time, and nothing of them stays behind. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RefreshUnavailableError } from '../../src/errors.ts';
import { markPending } from '../../src/tabs/pending-request-mark.ts';
import { runAlone, type Turn } from '../../src/tabs/tab-lock.ts';
import { locksOf } from '../given/held-locks.ts';
import { type TabParts, tabParts } from '../given/tab-parts.ts';
import { pass, stopClocks } from '../world/clocks.ts';
import { freeze, leave } from '../world/page.ts';
import { stubStorage } from '../world/storage.ts';
import { gate, rest } from '../world/waiting.ts';

beforeEach(stopClocks);

/** What becomes of a turn, and the way to end its task. */
function startTurn(tabs: TabParts, { begins = false } = {}) {
  const { opened, open } = gate();
  const seen = { hasCome: false, outcome: 'pending' as unknown, turn: undefined as Turn | undefined, end: open };
  runAlone(tabs, async (turn) => {
    Object.assign(seen, { hasCome: true, turn });
    if (begins) turn.begin();
    await opened;
    return 'done';
  }).then(
    (value) => Object.assign(seen, { outcome: value }),
    (error: RefreshUnavailableError) => Object.assign(seen, { outcome: error.message }),
  );
  return seen;
}

/** Two tabs of one browser. */
function twoTabs(): [TabParts, TabParts] {
  const first = tabParts();
  return [first, tabParts({ name: first.name, lockNames: first.lockNames })];
}

/** Locks whose every request fails with this error of the browser. */
const locksThatFail = (name: string) =>
  ({
    request: () => Promise.reject(new DOMException('of the browser', name)),
    query: () => navigator.locks.query(),
  }) as unknown as LockManager;

const KINDS = [
  ['with locks', {}],
  ['without locks', { locks: undefined }],
  ['where the browser refuses locks', { locks: locksThatFail('SecurityError') }],
] as const;

describe.each(KINDS)('%s', (_kind, more) => {
  it('one turn follows the other', async () => {
    const tabs = tabParts(more);
    const first = startTurn(tabs);
    const second = startTurn(tabs);
    await rest();
    expect([first.hasCome, second.hasCome]).toEqual([true, false]);
    first.end();
    await rest();

    expect([first.outcome, second.hasCome]).toEqual(['done', true]);
  });

  it('a task that takes too long is given up, and the next one has its turn', async () => {
    const tabs = tabParts(more);
    const first = startTurn(tabs, { begins: true });
    await pass(29_000);
    const second = startTurn(tabs);
    await pass(999);
    expect([first.outcome, second.hasCome]).toEqual(['pending', false]);
    await pass(1);

    expect(first.outcome).toBe('No answer for 30000 ms; try again.');
    expect(first.turn?.signal.aborted).toBe(true);
    expect(second.hasCome).toBe(true);
  });

  it('who waits too long is told so, and never has their turn', async () => {
    const tabs = tabParts(more);
    const first = startTurn(tabs);
    await rest();
    const second = startTurn(tabs);
    await pass(9_999);
    expect(second.outcome).toBe('pending');
    await pass(1);
    expect(second.outcome).toBe('Another tab had its turn for 10000 ms, to refresh, sign in or sign out; try again.');
    first.end();
    await rest();

    expect([first.outcome, second.hasCome]).toEqual(['done', false]);
  });

  it('who has waited has as long for the task as anybody', async () => {
    const tabs = tabParts(more);
    const first = startTurn(tabs);
    await rest();
    const second = startTurn(tabs);
    await pass(9_000);
    first.end();
    await pass(29_999);
    expect(second.outcome).toBe('pending');
    await pass(1);

    expect(second.outcome).toBe('No answer for 30000 ms; try again.');
  });

  it.each<[string, (tabs: TabParts) => void, string]>([
    ['the page is frozen', freeze, 'The page was frozen while it waited for its turn; try again.'],
    ['the page is left', leave, 'The page was left while it waited for its turn; try again.'],
    [
      'the client is disposed of',
      ({ disposed }) => disposed.open(),
      'The client was disposed of while it waited for its turn; try again.',
    ],
  ])('%s: only a request that was sent goes on', async (_event, happens, why) => {
    const tabs = tabParts(more);
    const sent = startTurn(tabs, { begins: true });
    await rest();
    const waits = startTurn(tabs);
    await rest();
    happens(tabs);
    await rest();
    expect(waits).toMatchObject({ hasCome: false, outcome: why });
    expect(sent.outcome).toBe('pending');
    sent.end();
    await rest();

    expect(sent.outcome).toBe('done');
  });

  it('a turn that is given up before its request sends none', async () => {
    const tabs = tabParts(more);
    const { opened, open } = gate();
    const send = vi.fn();
    const outcome = runAlone(tabs, async (turn) => {
      await opened;
      turn.begin();
      send();
    });
    outcome.catch(() => {});
    await rest();
    freeze();
    open();

    await expect(outcome).rejects.toThrow('frozen');
    await rest();
    expect(send).not.toHaveBeenCalled();
  });

  it('the error of a task is its caller’s, and the next one has its turn', async () => {
    const tabs = tabParts(more);
    const error = new Error('of the task');

    await expect(runAlone(tabs, () => Promise.reject(error))).rejects.toBe(error);
    await expect(runAlone(tabs, async () => 'next')).resolves.toBe('next');
  });

  it('nothing of a turn stays behind', async () => {
    const listened = { add: 0, remove: 0 };
    for (const target of [document, globalThis] as const) {
      vi.spyOn(target, 'addEventListener').mockImplementation(() => void listened.add++);
      vi.spyOn(target, 'removeEventListener').mockImplementation(() => void listened.remove++);
    }
    const tabs = tabParts(more);
    const forgotten = vi.fn();
    vi.spyOn(tabs.disposed, 'onOpen').mockReturnValue(forgotten);
    await runAlone(tabs, async () => 'done');

    expect(listened).toEqual({ add: 2, remove: 2 });
    expect(forgotten).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a worker of an old browser, without a document and events, has turns, too', async () => {
    for (const name of ['document', 'addEventListener', 'removeEventListener']) vi.stubGlobal(name, undefined);
    const outcome = runAlone(tabParts(more), async () => 'done');

    await expect(outcome.finally(() => vi.unstubAllGlobals())).resolves.toBe('done');
  });

  it('who gives up their place lets nobody in early', async () => {
    const tabs = tabParts(more);
    const first = startTurn(tabs);
    await rest();
    const second = startTurn(tabs);
    await pass(9_000);
    const third = startTurn(tabs);
    await pass(1_000);
    expect([second.outcome, third.hasCome]).toEqual([expect.stringContaining('had its turn'), false]);
    first.end();
    await rest();

    expect(third.hasCome).toBe(true);
  });
});

describe('among tabs', () => {
  it('one tab’s turn follows the other’s', async () => {
    const [one, other] = twoTabs();
    const first = startTurn(one);
    await rest();
    const second = startTurn(other);
    await rest();
    expect(second.hasCome).toBe(false);
    first.end();
    await rest();

    expect(second.hasCome).toBe(true);
  });

  it('all names are taken, in their order, and the next holder finds the manager with an answer', async () => {
    const tabs = tabParts();
    Object.assign(tabs, { lockNames: [`${tabs.lockNames[0]}:a`, `${tabs.lockNames[0]}:b`] });
    const request = vi.spyOn(navigator.locks, 'request');
    const turn = startTurn(tabs);
    await rest();
    expect(request.mock.calls.map(([name]) => name)).toEqual(tabs.lockNames);
    expect(await locksOf(tabs.name)).toEqual(expect.arrayContaining([...tabs.lockNames]));
    const answered = gate();
    vi.spyOn(navigator.locks, 'query').mockImplementationOnce(async () => {
      await answered.opened;
      return {};
    });
    turn.end();
    await rest();
    expect(await locksOf(tabs.name)).toHaveLength(2);
    answered.open();
    await rest();

    expect(turn.outcome).toBe('done');
    expect(await locksOf(tabs.name)).toEqual([]);
  });

  it('a turn that is given up lets go of its lock, though the manager doesn’t answer', async () => {
    const tabs = tabParts();
    const turn = startTurn(tabs);
    await rest();
    vi.spyOn(tabs.locks as LockManager, 'query').mockReturnValue(new Promise(() => {}));
    freeze();
    await rest();
    expect(turn.outcome).toContain('frozen');
    vi.mocked((tabs.locks as LockManager).query).mockRestore();

    expect(await locksOf(tabs.name)).toEqual([]);
  });

  it('one that is given up while the manager is asked lets go of it, too', async () => {
    const tabs = tabParts();
    const query = vi.spyOn(navigator.locks, 'query').mockReturnValue(new Promise(() => {}));
    const turn = startTurn(tabs);
    await rest();
    turn.end();
    await rest();
    tabs.disposed.open();
    await rest();
    query.mockRestore();

    // The task was over by then.
    expect(turn.outcome).toBe('done');
    expect(await locksOf(tabs.name)).toEqual([]);
  });

  it('whoever waits asks each second who holds the locks, until the turn has come', async () => {
    const [one, other] = twoTabs();
    const first = startTurn(one);
    await rest();
    const query = vi.spyOn(navigator.locks, 'query').mockRejectedValue(new Error('of the manager'));
    const second = startTurn(other);
    await pass(3_000, 1_000);
    expect(query).toHaveBeenCalledTimes(3);
    query.mockRestore();
    first.end();
    await rest();
    expect(second.hasCome).toBe(true);
    const later = vi.spyOn(navigator.locks, 'query');
    await pass(3_000, 1_000);

    expect(later).not.toHaveBeenCalled();
  });

  it('and no longer once it has given up', async () => {
    const [one, other] = twoTabs();
    startTurn(one, { begins: true });
    await rest();
    const second = startTurn(other);
    await pass(10_000, 1_000);
    expect(second.outcome).toContain('had its turn');
    const query = vi.spyOn(navigator.locks, 'query');
    await pass(3_000, 1_000);

    expect(query).not.toHaveBeenCalled();
  });

  it('a turn that is given up while it waits for a page that has gone begins nothing', async () => {
    const stored = stubStorage();
    const gone = tabParts();
    markPending(gone, 'user');
    const turn = startTurn(tabParts({ name: gone.name, lockNames: gone.lockNames }));
    await pass(100);
    expect([stored.size, turn.hasCome]).toEqual([1, false]);
    freeze();
    await pass(10_000);
    vi.unstubAllGlobals();

    expect(turn).toMatchObject({ hasCome: false, outcome: expect.stringContaining('frozen') });
  });

  it('a page that is left loses its place in line: it doesn’t go on without the lock', async () => {
    const turn = startTurn(tabParts({ locks: locksThatFail('AbortError') }));
    await rest();

    expect(turn).toMatchObject({
      hasCome: false,
      outcome: 'The page was left while it waited for its turn; try again.',
    });
  });

  it('a task that has begun and fails with an abort of its own has failed with that', async () => {
    const abort = new DOMException('of the task', 'AbortError');
    const tabs = tabParts();

    await expect(runAlone(tabs, () => Promise.reject(abort))).rejects.toBe(abort);
  });
});
