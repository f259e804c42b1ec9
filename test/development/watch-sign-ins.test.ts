/** Whether a sign-in's cookie was kept: the first refresh after it says so, often on the next page. */

import type { DebugEntry } from 'silent-refresh';
import { beforeEach, expect, it, vi } from 'vitest';
import { watchSignIns } from '../../src/development/watch-sign-ins.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';
import { stubStorage } from '../world/storage.ts';

const TEN_MINUTES = 600_000;
const NAME = 'default https://app.test/auth/refresh';

let stored: Map<string, string>;
let refusals = 0;
const onRefusal = () => {
  refusals++;
};

beforeEach(() => {
  stopClocks();
  refusals = 0;
  stored = stubStorage('sessionStorage');
  return () => vi.unstubAllGlobals();
});

const answered = (verdict: string): DebugEntry => ({
  at: 0,
  what: 'refresh-answered',
  verdict,
  why: undefined,
  took: 1,
});
const changed = (change: Partial<Extract<DebugEntry, { what: 'session-changed' }>>): DebugEntry => ({
  at: 0,
  what: 'session-changed',
  by: 'this-tab',
  token: undefined,
  ended: undefined,
  ...change,
});
const SIGN_IN = changed({ token: 1 });
const REJECTED = answered('rejected');

/** What a page hears; the next one begins anew. */
function live(...entries: DebugEntry[]): void {
  const hear = watchSignIns(NAME, onRefusal);
  for (const entry of entries) hear(entry);
}

it('a first refresh that is refused is told of, on the same page and on the next one', () => {
  live(SIGN_IN, REJECTED);
  expect(refusals).toBe(1);
  live(SIGN_IN);
  live(REJECTED);
  expect(refusals).toBe(2);
});

it('it is told of once', () => {
  live(SIGN_IN, REJECTED, REJECTED);
  live(REJECTED);
  expect(refusals).toBe(1);
});

it('a mark of its own for each client', () => {
  live(SIGN_IN);
  expect([...stored.keys()]).toEqual([`silent-refresh:signed-in ${NAME}`]);
  watchSignIns('another', onRefusal)(REJECTED);
  expect(refusals).toBe(0);
});

it('a visitor who is refused has lost nothing', () => {
  live(REJECTED);
  live(changed({ ended: 'no-session' }));
  live(REJECTED);
  expect(refusals).toBe(0);
});

it.each(['renewed', 'unchanged'])('a refresh that was %s shows that the cookie was kept', (verdict) => {
  live(SIGN_IN, answered(verdict), REJECTED);
  expect(refusals).toBe(0);
});

it('an answer that settles nothing leaves the question open', () => {
  live(SIGN_IN, answered('no-answer'), REJECTED);
  expect(refusals).toBe(1);
});

it('the token of a restore is that of no sign-in', () => {
  live(answered('renewed'), SIGN_IN);
  live(REJECTED);
  expect(refusals).toBe(0);
});

it('a sign-in after a restore is one', () => {
  live(answered('renewed'), SIGN_IN, changed({ ended: 'signed-out' }), SIGN_IN, REJECTED);
  expect(refusals).toBe(1);
});

it.each([
  ['another tab’s sign-in', changed({ by: 'another-tab', token: 1 })],
  ['a second token', changed({ token: 2 })],
  ['a session without a token', changed({})],
])('%s leaves no mark', (_, entry) => {
  live(entry);
  expect(stored.size).toBe(0);
});

it.each([
  ['a sign-out', changed({ ended: 'signed-out' })],
  ['a second token', changed({ by: 'another-tab', token: 2 })],
])('%s ends the question', (_, entry) => {
  live(SIGN_IN, entry, REJECTED);
  expect(refusals).toBe(0);
});

it.each([
  ['a session without a token', changed({})],
  ['another tab’s first token', changed({ by: 'another-tab', token: 1 })],
  ['something else', { at: 0, what: 'refresh-sent' } as DebugEntry],
])('%s leaves it open', (_, entry) => {
  live(SIGN_IN, entry, REJECTED);
  expect(refusals).toBe(1);
});

it('after ten minutes a session may be over for any reason', () => {
  live(SIGN_IN);
  jumpWallClock(TEN_MINUTES - 1);
  live(REJECTED);
  expect(refusals).toBe(1);
  live(SIGN_IN);
  jumpWallClock(TEN_MINUTES);
  live(REJECTED);
  expect(refusals).toBe(1);
});

it('without storage nothing is known, and nothing breaks', () => {
  const refuse = () => {
    throw new DOMException('The document is sandboxed.', 'SecurityError');
  };
  vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  live(SIGN_IN, REJECTED);
  expect(refusals).toBe(0);
});
