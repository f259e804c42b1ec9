/** Which 401s ask for a refresh: what an address has refused and accepted, for how long that counts, and the limit per minute. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createFruitlessRefreshes,
  type FruitlessRefreshes,
  forgetOtherUsers,
  isRefreshUseful,
  mayBeginRefresh,
  recordAccepted,
  recordAsked,
  recordBegun,
  recordHopeless,
  recordHopelessElsewhere,
  recordRefused,
  recordReplayRefused,
} from '../../src/refresh/fruitless-refreshes.ts';
import type { AccessToken } from '../../src/session/access-token.ts';
import { now } from '../../src/wait.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';

beforeEach(stopClocks);

const ORDERS = 'GET https://api.test/orders';

/** A token of ten minutes that has just come. */
const token = (value: string): AccessToken => ({ value, lifetime: 600_000, receivedAt: now(), claims: undefined });

let memory: FruitlessRefreshes;
const onHopeless = vi.fn();
beforeEach(() => {
  onHopeless.mockClear();
  memory = createFruitlessRefreshes(onHopeless);
});

/** The address refuses a first token, and what the refresh has brought as well. */
function refuseTwice(address: string): void {
  recordAsked(memory, address, 'first');
  recordRefused(memory, address, token('second'));
}

describe('an address that refuses a token', () => {
  it('asks for a refresh, however often it refuses that one', () => {
    expect(isRefreshUseful(memory, ORDERS, token('first'))).toBe(true);
    recordAsked(memory, ORDERS, 'first');
    expect(isRefreshUseful(memory, ORDERS, token('first'))).toBe(true);
    expect(onHopeless).not.toHaveBeenCalled();
  });

  it('asks in vain once it refuses the young token of a refresh, too', () => {
    recordAsked(memory, ORDERS, 'first');

    expect(isRefreshUseful(memory, ORDERS, token('second'))).toBe(false);
    expect(onHopeless.mock.calls).toEqual([[ORDERS, 'second']]);
  });

  it('and says so once', () => {
    refuseTwice(ORDERS);
    recordRefused(memory, ORDERS, token('third'));
    recordHopeless(memory, ORDERS, 'fourth');

    expect(onHopeless).toHaveBeenCalledOnce();
    expect(memory.hopeless.get(ORDERS)?.refused).toBe('second');
  });

  it.each([
    [299_999, false],
    // What has expired at the API, half of its life is over, asks for the next one.
    [300_000, true],
  ])('the token of the refresh is young for half of its life: after %s ms a refresh helps: %s', (ms, isUseful) => {
    const second = token('second');
    jumpWallClock(ms);
    recordAsked(memory, ORDERS, 'first');

    expect(isRefreshUseful(memory, ORDERS, second)).toBe(isUseful);
  });

  it('says nothing of another address', () => {
    refuseTwice(ORDERS);

    expect(isRefreshUseful(memory, 'GET https://api.test/users', token('second'))).toBe(true);
  });

  it.each([
    [29_999, false],
    [30_000, true],
  ])('is asked again after a while: a refresh helps after %s ms: %s', (ms, isUseful) => {
    refuseTwice(ORDERS);
    jumpWallClock(ms);

    expect(isRefreshUseful(memory, ORDERS, token('third'))).toBe(isUseful);
  });

  it.each([
    [29_999, false],
    [30_000, true],
  ])('a first refusal counts so long, too: a refresh helps after %s ms: %s', (ms, isUseful) => {
    recordAsked(memory, ORDERS, 'first');
    jumpWallClock(ms);

    expect(isRefreshUseful(memory, ORDERS, token('second'))).toBe(isUseful);
  });

  it('who asks again is young again', () => {
    recordAsked(memory, ORDERS, 'first');
    recordAsked(memory, 'b', 'first');
    jumpWallClock(20_000);
    recordAsked(memory, ORDERS, 'second');
    jumpWallClock(10_000);
    // Entries stand in the order of their age: the old one goes, the young one stays.
    recordRefused(memory, 'c', token('third'));

    expect([...memory.asked.keys()]).toEqual([ORDERS]);
  });

  it('that another tab has found hopeless is so here, without a word', () => {
    recordHopelessElsewhere(memory, ORDERS, 'second');
    recordHopelessElsewhere(memory, ORDERS, 'third');

    expect(isRefreshUseful(memory, ORDERS, token('second'))).toBe(false);
    expect(memory.hopeless.get(ORDERS)?.refused).toBe('second');
    expect(onHopeless).not.toHaveBeenCalled();
  });
});

it('three hopeless addresses speak for the whole API, and two don’t', () => {
  for (const address of ['a', 'b']) refuseTwice(address);
  expect(isRefreshUseful(memory, ORDERS, token('second'))).toBe(true);
  refuseTwice('c');

  expect(isRefreshUseful(memory, ORDERS, token('second'))).toBe(false);
});

describe('a replay that is refused', () => {
  it.each([
    [29_999, true],
    [30_000, false],
  ])('makes its address hopeless while its token is new: after %s ms: %s', (ms, isHopeless) => {
    const second = token('second');
    jumpWallClock(ms);
    recordReplayRefused(memory, ORDERS, second);

    expect(memory.hopeless.has(ORDERS)).toBe(isHopeless);
  });

  it('takes back that the last refresh has helped', () => {
    for (let count = 0; count < 3; count++) recordBegun(memory);
    for (const begun of memory.begun) begun.helped = true;
    recordReplayRefused(memory, ORDERS, token('second'));

    expect(memory.begun.map(({ helped }) => helped)).toEqual([true, true, false]);
  });

  it('may come where this tab has begun no refresh', () => {
    recordReplayRefused(memory, ORDERS, token('second'));

    expect(memory.begun).toEqual([]);
  });
});

describe('an address that accepts a token', () => {
  it('isn’t hopeless any more', () => {
    refuseTwice(ORDERS);
    recordAccepted(memory, ORDERS, token('third'));

    expect(isRefreshUseful(memory, ORDERS, token('third'))).toBe(true);
  });

  it('stays hopeless where it has refused this very token to another operation', () => {
    refuseTwice(ORDERS);
    recordAccepted(memory, ORDERS, token('second'));

    expect(isRefreshUseful(memory, ORDERS, token('second'))).toBe(false);
  });

  it('proves that the last refresh has helped, if that was asked for there', () => {
    recordAsked(memory, ORDERS, 'first');
    for (let count = 0; count < 3; count++) recordBegun(memory);
    recordAccepted(memory, 'GET https://api.test/users', token('second'));
    // A request of before, which was under way.
    recordAccepted(memory, ORDERS, token('first'));
    expect(memory.begun.map(({ helped }) => helped)).toEqual([false, false, false]);
    expect(memory.asked.has(ORDERS)).toBe(true);
    recordAccepted(memory, ORDERS, token('second'));

    expect(memory.begun.map(({ helped }) => helped)).toEqual([false, false, true]);
    expect(memory.asked.has(ORDERS)).toBe(false);
  });

  it('may have got its token from another tab', () => {
    recordAsked(memory, ORDERS, 'first');
    recordAccepted(memory, ORDERS, token('second'));

    expect(memory.begun).toEqual([]);
  });
});

describe('refreshes that 401s begin', () => {
  it('are sixty a minute at most, though they help', () => {
    for (let count = 0; count < 60; count++) {
      expect(mayBeginRefresh(memory)).toBe(true);
      recordBegun(memory);
      for (const begun of memory.begun) begun.helped = true;
    }
    expect(mayBeginRefresh(memory)).toBe(false);
    jumpWallClock(59_999);
    expect(mayBeginRefresh(memory)).toBe(false);
    jumpWallClock(1);

    expect(mayBeginRefresh(memory)).toBe(true);
    expect(memory.begun).toEqual([]);
  });

  it('are ten a minute at most where they don’t help', () => {
    for (let count = 0; count < 10; count++) {
      expect(mayBeginRefresh(memory)).toBe(true);
      recordBegun(memory);
    }
    expect(mayBeginRefresh(memory)).toBe(false);
    const [first] = memory.begun;
    if (first) first.helped = true;

    expect(mayBeginRefresh(memory)).toBe(true);
  });
});

it('of another user nothing is remembered but the limit', () => {
  refuseTwice(ORDERS);
  recordBegun(memory);
  forgetOtherUsers(memory, 0);
  expect(memory.hopeless.size).toBe(1);
  forgetOtherUsers(memory, 1);

  expect([memory.hopeless.size, memory.asked.size, memory.begun.length]).toEqual([0, 0, 1]);
  refuseTwice(ORDERS);
  forgetOtherUsers(memory, 1);
  expect(memory.hopeless.size).toBe(1);
});
