/** An access token by itself: how long it is good, when its refresh is due, and whose it is. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AccessToken,
  decodeClaims,
  dueBeforeExpiry,
  expiresAt,
  isSameToken,
  remaining,
  spreadBeforeExpiry,
  subjectOf,
} from '../../src/session/access-token.ts';
import { now } from '../../src/wait.ts';
import { jwt } from '../world/auth-server.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';

beforeEach(stopClocks);

const tokenOf = (rest: Partial<AccessToken> = {}): AccessToken => ({
  value: 'token',
  lifetime: 100_000,
  receivedAt: now(),
  claims: undefined,
  ...rest,
});

describe('the same token', () => {
  const token = tokenOf();
  const { wall, monotonic } = token.receivedAt;

  it.each([
    ['is itself, in whichever tab', { receivedAt: { wall, monotonic: monotonic + 7 } }, true],
    ['has the same value', { value: 'other' }, false],
    ['has the same lifetime', { lifetime: 50_000 }, false],
    ['came at the same time', { receivedAt: { wall: wall + 1, monotonic } }, false],
  ])('%s', (_, rest, isSame) => {
    expect(isSameToken(token, { ...token, ...rest })).toBe(isSame);
  });

  it('is none, where there is none', () => {
    expect(isSameToken(undefined, undefined)).toBe(true);
    expect(isSameToken(token, undefined)).toBe(false);
    expect(isSameToken(undefined, token)).toBe(false);
  });
});

describe('its expiry', () => {
  it('is counted from its receipt', () => {
    const token = tokenOf();
    expect(remaining(token)).toBe(100_000);
    jumpWallClock(30_000);
    expect(remaining(token)).toBe(70_000);
  });

  it('is told in whole milliseconds of the wall clock, where the server has said it', () => {
    const token = tokenOf({ lifetime: 1_000.4 });

    expect(expiresAt(token)).toBe(token.receivedAt.wall + 1_000);
    expect(expiresAt(tokenOf({ lifetime: Infinity }))).toBeUndefined();
  });
});

describe('its refresh is due', () => {
  it.each([
    ['as long before as the option says', {}, 5_000, 5_000],
    ['a fifth of its lifetime before, at most', {}, 30_000, 20_000],
    ['when it expires, where the server gives no other before', { isLast: true }, 5_000, 0],
  ])('%s', (_, rest, refreshAhead, due) => {
    expect(dueBeforeExpiry(tokenOf(rest), refreshAhead)).toBe(due);
  });
});

describe('its refresh is spread', () => {
  /** How much earlier, where chance says a half, if the last token was so old when this one came. */
  function spread(ageOfLast: number | undefined, rest: Partial<AccessToken> = {}, refreshAhead = 5_000): number {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const last = tokenOf();
    jumpWallClock(ageOfLast ?? 0);
    return spreadBeforeExpiry(tokenOf(rest), ageOfLast === undefined ? undefined : last, refreshAhead);
  }

  it.each([
    ['a token that came before its time', 79_999, 7_500],
    ['not, where the last one was in its last fifth', 80_000, 0],
    ['not, just before it had expired', 99_999, 0],
    ['a token that came when the last one had expired', 100_000, 7_500],
    ['not, where there was none', undefined, 0],
  ])('%s', (_, age, ms) => {
    expect(spread(age)).toBe(ms);
  });

  it('not, where it is refreshed at its expiry, or never', () => {
    expect(spread(0, { isLast: true })).toBe(0);
    expect(spread(0, {}, 0)).toBe(0);
    expect(spread(0, { lifetime: Infinity })).toBe(0);
  });
});

describe('its user', () => {
  it.each([
    [{ sub: 'ada', user_id: 'x', uid: 'y', userId: 'z' }, 'ada'],
    [{ sub: 7 }, '7'],
    [{ sub: '', user_id: 'ada' }, 'ada'],
    [{ sub: null, uid: 'ada' }, 'ada'],
    [{ sub: {}, userId: 0 }, '0'],
    [{ name: 'Ada' }, undefined],
    [undefined, undefined],
  ])('of the claims %j is %s', (claims, subject) => {
    expect(subjectOf(tokenOf({ claims }))).toBe(subject);
  });

  it('is what the option `subject` says', () => {
    expect(subjectOf(tokenOf({ claims: { sub: 'ada' }, subject: 'lovelace' }))).toBe('lovelace');
  });

  it('is nobody without a token', () => {
    expect(subjectOf(undefined)).toBeUndefined();
  });
});

describe('its claims', () => {
  it('are those of a JWT, and can’t be changed', () => {
    const claims = decodeClaims(jwt({ sub: 'ada' }));

    expect(claims).toMatchObject({ sub: 'ada' });
    expect(Object.isFrozen(claims)).toBe(true);
  });

  it.each(['opaque', 'a.b.c', '', `x.${btoa('null')}.x`, `x.${btoa('7')}.x`])('are none of %j', (token) => {
    expect(decodeClaims(token)).toBeUndefined();
  });
});
