/** Clocks that jump or break, timers, gates, and waits that always end and leave nothing behind. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  abortable,
  elapsed,
  gate as makeGate,
  now,
  opened,
  startTimer,
  unlessOpen,
  wallClock,
  within,
} from '../../src/wait.ts';
import { jumpMonotonicClock, jumpWallClock, pass, stopClocks } from '../world/clocks.ts';
import { gate, rest, standing } from '../world/waiting.ts';

beforeEach(stopClocks);

describe('clocks', () => {
  it('the wall clock gives whole milliseconds', () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000.75);

    expect(wallClock()).toBe(1_700_000_000_000);
  });

  it('one that a script has broken gives 0', () => {
    vi.spyOn(Date, 'now').mockReturnValue(Number.NaN);

    expect(wallClock()).toBe(0);
    expect(now().wall).toBe(0);
  });

  it('what has passed is what the clock says that says more', () => {
    const since = now();
    jumpWallClock(2_000);
    expect(elapsed(since)).toBe(2_000);
    jumpMonotonicClock(3_000);
    expect(elapsed(since)).toBe(3_000);
  });

  it('nothing has passed where the wall clock was set back', () => {
    const since = now();
    jumpWallClock(-60_000);

    expect(elapsed(since)).toBe(0);
  });

  it('a broken wall clock leaves the other one', () => {
    const since = now();
    jumpMonotonicClock(3_000);
    vi.spyOn(Date, 'now').mockReturnValue(Number.NaN);

    expect(elapsed(since)).toBe(3_000);
  });

  it('a moment that is yet to come has no age below zero', () => {
    const { wall, monotonic } = now();

    expect(elapsed({ wall: wall + 5_000, monotonic: monotonic + 5_000 })).toBe(0);
  });
});

describe('a timer', () => {
  it('runs once its time is over', async () => {
    const run = vi.fn();
    startTimer(100, run);
    await pass(99);
    expect(run).not.toHaveBeenCalled();
    await pass(1);
    expect(run).toHaveBeenCalledOnce();
  });

  it('doesn’t run once it is stopped', async () => {
    const run = vi.fn();
    startTimer(100, run)();
    await pass(100);

    expect(run).not.toHaveBeenCalled();
  });

  it.each([2 ** 31 - 1, 2 ** 31, Infinity])('of %d ms doesn’t overflow', (ms) => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    startTimer(ms, () => {});

    expect(set.mock.calls.map(([, delay]) => delay)).toEqual([2_147_483_647]);
  });
});

describe('a gate', () => {
  it('opens once, for all that wait', () => {
    const barrier = makeGate();
    const [one, other] = [vi.fn(), vi.fn()];
    barrier.onOpen(one);
    barrier.onOpen(other);
    expect([barrier.isOpen, one.mock.calls, other.mock.calls]).toEqual([false, [], []]);
    barrier.open();
    barrier.open();
    expect(barrier.isOpen).toBe(true);
    expect(one).toHaveBeenCalledOnce();
    expect(other).toHaveBeenCalledOnce();
  });

  it('runs a listener that comes late soon, but not at once', async () => {
    const barrier = makeGate();
    barrier.open();
    const late = vi.fn();
    barrier.onOpen(late);
    expect(late).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(late).toHaveBeenCalledOnce();
  });

  it('doesn’t run a listener that has gone', () => {
    const barrier = makeGate();
    const listener = vi.fn();
    barrier.onOpen(listener)();
    barrier.open();

    expect(listener).not.toHaveBeenCalled();
  });
});

describe('a wait for a gate', () => {
  it('ends when it opens, and takes its timer with it', async () => {
    const barrier = makeGate();
    const wait = opened(barrier, 1_000);
    expect(await standing(wait)).toBe('pending');
    barrier.open();
    expect(await standing(wait)).toBe('fulfilled');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when its time is over, and takes its listener with it', async () => {
    const forget = vi.fn();
    const wait = opened({ isOpen: false, onOpen: () => forget, open() {} }, 1_000);
    await pass(999);
    expect(await standing(wait)).toBe('pending');
    await pass(1);
    expect(await standing(wait)).toBe('fulfilled');
    expect(forget).toHaveBeenCalledOnce();
  });
});

describe('a promise that a gate may end', () => {
  it('gives its own outcome', async () => {
    await expect(unlessOpen(makeGate(), Promise.resolve('done'))).resolves.toBe('done');
    await expect(unlessOpen(makeGate(), Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });

  it('gives nothing once the gate opens', async () => {
    const barrier = makeGate();
    const wait = unlessOpen(barrier, gate().opened);
    barrier.open();

    await expect(wait).resolves.toBeUndefined();
  });

  it('gives nothing where it was open', async () => {
    const barrier = makeGate();
    barrier.open();

    await expect(unlessOpen(barrier, gate().opened)).resolves.toBeUndefined();
  });

  it('takes its listener with it', async () => {
    const forget = vi.fn();
    await unlessOpen({ isOpen: false, onOpen: () => forget, open() {} }, Promise.resolve());
    await rest();

    expect(forget).toHaveBeenCalledOnce();
  });
});

describe('a promise with a time limit', () => {
  it('gives its own outcome, and takes its timer with it', async () => {
    await expect(within(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(1_000, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await rest();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives nothing once the time is over', async () => {
    const wait = within(1_000, gate().opened);
    await pass(999);
    expect(await standing(wait)).toBe('pending');
    await pass(1);
    await expect(wait).resolves.toBeUndefined();
  });
});

describe('a promise for a caller who may leave', () => {
  it('is the same one where they can’t', () => {
    const promise = Promise.resolve();

    expect(abortable(promise, undefined)).toBe(promise);
    expect(abortable(promise, null)).toBe(promise);
  });

  it('gives its own outcome, and takes its listener with it', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');

    await expect(abortable(Promise.resolve('done'), signal)).resolves.toBe('done');
    await expect(abortable(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
    await rest();
    expect(removed.mock.calls).toEqual(added.mock.calls);
    expect(added).toHaveBeenCalledTimes(2);
  });

  it('rejects with the reason when they leave', async () => {
    const caller = new AbortController();
    const wait = abortable(gate().opened, caller.signal);
    expect(await standing(wait)).toBe('pending');
    caller.abort('gone');

    await expect(wait).rejects.toBe('gone');
  });

  it('rejects at once where they have left', async () => {
    await expect(abortable(gate().opened, AbortSignal.abort('gone'))).rejects.toBe('gone');
  });
});
