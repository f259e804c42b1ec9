/** How long a token lives, and how long a server wants to be left alone: each source alone, and which of two counts. */

import { describe, expect, it, vi } from 'vitest';
import { claimedIfAged, lifetimeOf, retryAfter, serverTime } from '../../../src/refresh/token-lifetime.ts';
import type { AccessToken } from '../../../src/session/access-token.ts';
import { now } from '../../../src/wait.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const HOUR = 3_600_000;
const DAY = 24 * 3_600;

const inHttp = (ms: number): string => new Date(NOW + ms).toUTCString();

describe('Retry-After', () => {
  it.each<[value: string, ms: number | undefined]>([
    ['0', 0],
    ['30', 30_000],
    ['3600', HOUR],
    // An hour at most, and no time at all where the number is no duration.
    ['3601', HOUR],
    [String(DAY), HOUR],
    [String(DAY + 1), undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['30 s', undefined],
    ['in 30', undefined],
    ['', undefined],
    [inHttp(30_000), 30_000],
    [inHttp(0), 0],
    [inHttp(-1_000), undefined],
    [inHttp(HOUR), HOUR],
    [inHttp(HOUR + 1_000), undefined],
  ])('"%s" is %s ms', (value, ms) => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);

    expect(retryAfter(new Headers({ 'retry-after': value }))).toBe(ms);
  });

  it('a date is counted from the server’s clock, where that can be read', () => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
    const headers = { 'retry-after': inHttp(DAY * 1_000 + 30_000), date: inHttp(DAY * 1_000) };

    expect(retryAfter(new Headers(headers))).toBe(30_000);
  });

  it('where there is none, nothing is said', () => {
    expect(retryAfter(new Headers())).toBeUndefined();
  });
});

it.each<[headers: Headers | undefined, ms: number | undefined]>([
  [new Headers({ date: inHttp(0) }), NOW],
  [new Headers({ date: 'today' }), undefined],
  [new Headers(), undefined],
  [undefined, undefined],
])('the server’s time of %o is %s', (headers, ms) => {
  expect(serverTime(headers)).toBe(ms);
});

const SECOND = 1_767_600_000;

describe('the lifetime of a token', () => {
  it.each<[of: string, said: Parameters<typeof lifetimeOf>, ms: number, evidence: string]>([
    ['nothing', [undefined, undefined], Infinity, 'expires_in'],
    ['expires_in', [300, undefined], 300_000, 'expires_in'],
    ['expires_in in digits', ['300', undefined], 300_000, 'expires_in'],
    ['expires_in in words', ['soon', undefined], NaN, 'expires_in'],
    ['null', [null, undefined], Infinity, 'expires_in'],
    ['exp alone: no clock to count it by', [undefined, { exp: SECOND + 300 }], Infinity, 'expires_in'],
    ['exp and iat', [undefined, { exp: SECOND + 300, iat: SECOND }], 300_000, 'exp and iat'],
    ['an empty exp', [undefined, { exp: '', iat: SECOND }], Infinity, 'expires_in'],
    ['exp of 0', [undefined, { exp: 0, iat: SECOND }], Infinity, 'expires_in'],
    ['exp, and an iat of 0', [undefined, { exp: SECOND, iat: 0 }], Infinity, 'expires_in'],
    [
      'exp and the server’s clock',
      [undefined, { exp: SECOND + 300 }, SECOND * 1_000],
      300_000,
      'exp and the Date header',
    ],
    [
      'exp, iat and the server’s clock, when half of it is over',
      [undefined, { exp: SECOND + 300, iat: SECOND }, (SECOND + 150) * 1_000],
      150_000,
      'exp and the Date header',
    ],
    ['a shorter expires_in', [60, { exp: SECOND + 300, iat: SECOND }], 60_000, 'expires_in'],
    ['the same expires_in', [300, { exp: SECOND + 300, iat: SECOND }], 300_000, 'expires_in'],
    ['a longer expires_in', [3_600, { exp: SECOND + 300, iat: SECOND }], 300_000, 'exp and iat'],
    [
      'a token that came 10 s ago',
      [undefined, { exp: SECOND + 300, iat: SECOND }, NaN, 10_000],
      290_000,
      'exp and iat',
    ],
  ])('of %s', (_of, said, ms, evidence) => {
    expect(lifetimeOf(...said)).toEqual([ms, evidence]);
  });

  it.each<[claims: AccessToken['claims'], lifetime: number, claimed: number | undefined]>([
    [{ exp: SECOND + 300, iat: SECOND }, 149_000, 300_000],
    [{ exp: SECOND + 300, iat: SECOND }, 150_000, undefined],
    [{ exp: SECOND + 300, iat: SECOND }, 300_000, undefined],
    [{ exp: SECOND + 300 }, 1_000, undefined],
    [{ iat: SECOND }, 1_000, undefined],
    [undefined, 1_000, undefined],
  ])('the claims %o, with %s ms left, tell of an aged token: %s', (claims, lifetime, claimed) => {
    expect(claimedIfAged({ value: 'a', lifetime, receivedAt: now(), claims })).toBe(claimed);
  });

  it('no token is no aged one', () => {
    expect(claimedIfAged(undefined)).toBeUndefined();
  });
});
