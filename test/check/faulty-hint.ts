/** The hint cookie of the server with faults: right, but for those that it is given. */

import type { Family, Grant } from '../../src/testing/server/sessions.ts';

export const HINT_FAULTS = [
  'no hint',
  'no hint at the sign-in',
  'no hint by the refresh',
  'the hint is deleted by the refresh',
  'the hint comes first',
  'a hidden hint',
  'a hidden hint at the sign-in',
  'a hint for /auth',
  'a hint for /auth by the refresh',
  'a hint with a Domain by the refresh',
  'a hint without Secure',
  'a hint without SameSite',
  'a hint with SameSite=Strict',
  'a hint with SameSite=None',
  'a partitioned hint',
  'a hint with an unknown SameSite',
  'a hint for the browser’s life',
  'a hint for the browser’s life at the sign-in',
  'a hint for a minute',
  'the same hint again',
  'a hint without a dot',
  'one hint for all sessions',
  'the refresh token as a hint',
  'the spent token as a hint',
  'a part of the refresh token as a hint',
  'the access token as a hint',
  'a JWT as a hint',
  'the sign-out keeps the hint',
  'the sign-out deletes another hint',
  'a refusal keeps the hint',
  'a refusal after the sign-out keeps the hint',
  'a refusal of an unknown token keeps the hint',
] as const;
export type HintFault = (typeof HINT_FAULTS)[number];

export const HINT = 'has_session';

/** Seconds: as long as the refresh token's. */
const MAX_AGE = 2_592_000;
/** At the sign-in. */
const NONE = 'none-is-spent';
const GONE = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT';

export function createFaultyHint(has: (...faults: HintFault[]) => boolean) {
  const numbers = new Map<Family, number>();

  function hintOf({ family, generation, refreshToken }: Grant, spent: string, accessToken: string): string {
    const number = numbers.get(family) ?? numbers.size + 1;
    numbers.set(family, number);
    if (has('the refresh token as a hint') && spent !== NONE) return encodeURIComponent(refreshToken);
    if (has('the spent token as a hint')) return `${number}.of-${spent}`;
    if (has('a part of the refresh token as a hint'))
      return `${number}.${refreshToken.slice(-8)}${generation}`.slice(0, -1);
    if (has('the access token as a hint')) return `${number}.${accessToken}`;
    if (has('a JWT as a hint')) return `eyJhbGciOiJIUzI1NiJ9.e${number}${generation}.c2lnbmF0dXJl`;
    if (has('a hint without a dot')) return `of-${number}-${generation}`;
    const session = has('one hint for all sessions') ? 'all' : `session-${number}`;
    return `${session}.${has('the same hint again') ? 'same' : `of-${generation}`}`;
  }

  function attributes(at: 'refresh' | 'end'): string {
    const isAway = has('a hint for /auth', 'a hint for /auth by the refresh');
    const parts = [`Path=${isAway || (at === 'end' && has('the sign-out deletes another hint')) ? '/auth' : '/'}`];
    if (has('a hidden hint')) parts.push('HttpOnly');
    if (!has('a hint without Secure')) parts.push('Secure');
    if (has('a hint with a Domain by the refresh')) parts.push('Domain=127.0.0.1');
    if (has('a hint with SameSite=Strict')) parts.push('SameSite=Strict');
    else if (has('a hint with SameSite=None')) parts.push('SameSite=None');
    else if (has('a partitioned hint')) parts.push('SameSite=None', 'Partitioned');
    else if (has('a hint with an unknown SameSite')) parts.push('SameSite=Somewhat');
    else if (!has('a hint without SameSite')) parts.push('SameSite=Lax');
    return parts.join('; ');
  }

  return {
    /** A line of the answer to a refresh. @param spent the refresh token that it has cost */
    beside(grant: Grant, spent: string, accessToken: string): string[] {
      if (has('no hint', 'no hint by the refresh')) return [];
      if (has('the hint is deleted by the refresh')) return [`${HINT}=; ${attributes('refresh')}; ${GONE}`];
      const maxAge = has('a hint for the browser’s life')
        ? ''
        : `; Max-Age=${has('a hint for a minute') ? 60 : MAX_AGE}`;
      return [`${HINT}=${hintOf(grant, spent, accessToken)}; ${attributes('refresh')}${maxAge}`];
    },

    deleted(at: 'sign-out' | 'refusal', isKnown: boolean): string[] {
      const isKept =
        at === 'sign-out'
          ? has('the sign-out keeps the hint')
          : has('a refusal keeps the hint') ||
            has(
              isKnown ? 'a refusal after the sign-out keeps the hint' : 'a refusal of an unknown token keeps the hint',
            );
      return isKept ? [] : [`${HINT}=; ${attributes('end')}; ${GONE}`];
    },

    /** A line of the jar of somebody who has just signed in. */
    inJar(grant: Grant): string {
      if (has('no hint', 'no hint at the sign-in')) return '';
      const isHidden = has('a hidden hint', 'a hidden hint at the sign-in');
      const isBrief = has('a hint for the browser’s life', 'a hint for the browser’s life at the sign-in');
      const lasts = has('a hint for a minute') ? 60 : MAX_AGE;
      const expires = isBrief ? 0 : Math.floor(Date.now() / 1_000) + lasts;
      const path = has('a hint for /auth') ? '/auth' : '/';
      const isSecure = has('a hint without Secure') ? 'FALSE' : 'TRUE';
      const fields = ['127.0.0.1', 'FALSE', path, isSecure, expires, HINT, hintOf(grant, NONE, 'no-token-yet')];
      return `${isHidden ? '#HttpOnly_' : ''}${fields.join('\t')}\n`;
    },
  };
}
