/** What one tab writes, another reads: each field, and nothing in the place of one that makes no sense. */

import { beforeEach, describe, expect, it } from 'vitest';
import { decodeClaims } from '../../src/session/access-token.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import { readMessage, type TabMessage, writeMessage } from '../../src/tabs/tab-message.ts';
import { now } from '../../src/wait.ts';
import { jwt } from '../world/auth-server.ts';
import { pass, stopClocks } from '../world/clocks.ts';

beforeEach(() => stopClocks());

const value = jwt({ sub: 'ada' });
const token = (more: object = {}) => ({
  value,
  lifetime: 60_000,
  receivedAt: now(),
  claims: decodeClaims(value),
  isLast: undefined,
  ...more,
});
const BARE: SessionRecord = { epoch: 5, id: 'x', generation: 7 };

/** As it arrives in another tab. */
const travelled = (message: TabMessage, tokens: 'with-tokens' | 'without-tokens' = 'with-tokens') =>
  readMessage(structuredClone(writeMessage(message, tokens)));
const recordOf = (record: SessionRecord, tokens?: 'with-tokens' | 'without-tokens') =>
  (travelled({ kind: 'session', record }, tokens) as { record?: SessionRecord }).record;

describe('a session arrives as it was', () => {
  it.each<[string, Partial<SessionRecord>]>([
    ['with nothing but its order', {}],
    ['signed out', { ended: 'signed-out' }],
    ['signed out before its turn', { ended: 'signed-out', overtook: true }],
    ['expired', { ended: 'expired' }],
    ['with the hint of its end', { ended: 'expired', hint: 'a.b' }],
    ['with a hint that was gone', { hint: '' }],
    ['in doubt', { inDoubt: true }],
    ['with a refresh token', { refreshToken: 'r', rotation: 3 }],
    ['with a rotation of 0', { refreshToken: 'r', rotation: 0 }],
  ])('%s', (_, more) => {
    expect(recordOf({ ...BARE, ...more })).toStrictEqual({ ...BARE, ...more });
  });

  it.each<[string, object]>([
    ['a JWT', {}],
    ['the last one', { isLast: true }],
    ['of a known user', { value: 'opaque', claims: undefined, subject: 'ada' }],
    ['without an end', { lifetime: Infinity }],
  ])('with a token: %s', (_, more) => {
    const record = { ...BARE, token: token(more) };
    expect(recordOf(record)).toStrictEqual(record);
  });

  it('with both tokens', () => {
    const record = { ...BARE, token: token(), refreshToken: 'r' };
    expect(recordOf(record)).toStrictEqual(record);
  });

  it('an answer is told from news', () => {
    expect(travelled({ kind: 'session', record: BARE })).toStrictEqual({
      kind: 'session',
      record: BARE,
      isAnswer: undefined,
    });
    expect(travelled({ kind: 'session', record: BARE, isAnswer: true })).toMatchObject({ isAnswer: true });
  });
});

it('what is stored stays here: in another tab it is no store’s', () => {
  expect(recordOf({ ...BARE, refreshToken: 'r', isStored: true })).toStrictEqual({ ...BARE, refreshToken: 'r' });
});

it('where a channel may carry no tokens, nothing of them is written', () => {
  const record = { ...BARE, token: token({ isLast: true, subject: 'ada' }), refreshToken: 'r', hint: 'h' };
  expect(writeMessage({ kind: 'session', record }, 'without-tokens')).toEqual({
    v: 1,
    kind: 'session',
    ...BARE,
    hint: 'h',
  });
  expect(recordOf(record, 'without-tokens')).toStrictEqual({ ...BARE, hint: 'h' });
});

it('a token that was read is as old as it was', async () => {
  const record = { ...BARE, token: token() };
  await pass(59_999);
  const message = writeMessage({ kind: 'session', record }, 'with-tokens');
  expect(readMessage(message)).toMatchObject({ record: { token: { receivedAt: record.token.receivedAt } } });
  await pass(1);
  expect(recordOf(record)).toStrictEqual(BARE);
});

describe('an optional field that makes no sense is left out', () => {
  const whole = () => ({ v: 1, kind: 'session', ...BARE, value, lifetime: 60_000, wall: Date.now(), age: 0 });
  const read = (more: object) => (readMessage({ ...whole(), ...more }) as { record?: SessionRecord }).record;

  it.each<[keyof SessionRecord, unknown[]]>([
    ['hint', [5, null, true]],
    ['inDoubt', ['true', 1]],
    ['rotation', ['1', -1, NaN, null]],
    ['refreshToken', [5, null, {}]],
  ])('%s', (field, values) => {
    for (const nonsense of values) expect(read({ [field]: nonsense })).toStrictEqual({ ...BARE, token: token() });
  });

  it('what a session that goes on can’t have overtaken', () => {
    expect(read({ overtook: true })).toStrictEqual({ ...BARE, token: token() });
    expect(read({ ended: 'expired', overtook: 1 })).toStrictEqual({ ...BARE, ended: 'expired' });
  });

  it('what belongs to the token', () => {
    expect(read({ isLast: 1, subject: 5 })).toStrictEqual({ ...BARE, token: token() });
  });

  it('and what belongs to a token of which there is none', () => {
    expect(read({ value: undefined, isLast: true, subject: 'ada' })).toStrictEqual(BARE);
    expect(read({ ended: 'expired' })).toStrictEqual({ ...BARE, ended: 'expired' });
  });

  it('an answer that isn’t said to be one is news', () => {
    expect(readMessage({ ...whole(), isAnswer: 'yes' })).toMatchObject({ kind: 'session', isAnswer: undefined });
  });
});

describe('a pause', () => {
  it.each([
    { isNamed: true, mayRetry: false },
    { isNamed: false, mayRetry: true },
  ])('arrives as it was: %o', (how) => {
    const message = { kind: 'cool-down', ms: 1, ...how } as const;
    expect(travelled(message)).toStrictEqual(message);
  });

  it('of nothing is none, and what isn’t said clearly isn’t so', () => {
    expect(travelled({ kind: 'cool-down', ms: 0, isNamed: true, mayRetry: true })).toBeUndefined();
    expect(
      readMessage({ v: 1, kind: 'cool-down', ms: 1, wall: Date.now(), isNamed: 1, mayRetry: 'yes' }),
    ).toStrictEqual({
      kind: 'cool-down',
      ms: 1,
      isNamed: false,
      mayRetry: false,
    });
  });
});

describe('an address that refuses', () => {
  const REFUSED = { kind: 'refused', id: 'x', generation: 7, address: 'GET https://api.test/orders' } as const;

  it('arrives as it was', () => {
    expect(writeMessage(REFUSED, 'without-tokens')).toStrictEqual({ v: 1, ...REFUSED });
    expect(travelled(REFUSED)).toStrictEqual(REFUSED);
  });

  it.each<[string, unknown]>([
    ['id', 5],
    ['generation', '7'],
    ['generation', -1],
    ['address', undefined],
  ])('is none where its %s is %s', (field, nonsense) => {
    expect(readMessage({ v: 1, ...REFUSED, [field]: nonsense })).toBeUndefined();
  });
});

it('a question says nothing else', () => {
  expect(writeMessage({ kind: 'ask' }, 'with-tokens')).toStrictEqual({ v: 1, kind: 'ask' });
});
