/** The sessions of the strict server: what becomes of a refresh token, and what stands beside it in the page. */

import { describe, expect, it } from 'vitest';
import { hintOf, writeHint } from '../../../src/testing/server/hint-cookie.ts';
import { unsignedJwt } from '../../../src/testing/server/jwt.ts';
import { createSessions } from '../../../src/testing/server/sessions.ts';
import { setCookie } from '../../world/page.ts';

const ADA = { id: 'ada', name: 'Ada' };
const BOB = { id: 'bob', name: 'Bob' };

/** Tokens are "1", "2"…, and the clock is the test's. */
function start(overlap = 0) {
  const clock = { now: 1_000 };
  let tokens = 0;
  const sessions = createSessions({ overlap }, { now: () => clock.now, secret: () => String(++tokens) });
  return { sessions, clock };
}

describe('a refresh token', () => {
  it('is good once, and brings the next one of its session', () => {
    const { sessions } = start();
    const { family } = sessions.begin(ADA);
    expect(sessions.rotate('1')).toEqual({ outcome: 'rotated', grant: { family, generation: 1, refreshToken: '2' } });
    expect(sessions.rotate('2')).toEqual({ outcome: 'rotated', grant: { family, generation: 2, refreshToken: '3' } });

    expect(family).toEqual({ user: ADA, generation: 2, state: 'active' });
  });

  it('that comes twice ends its session, and no other', () => {
    const { sessions } = start();
    const { family } = sessions.begin(ADA);
    const other = sessions.begin(ADA);
    sessions.rotate('1');
    expect(sessions.rotate('1')).toEqual({ outcome: 'reused' });
    expect(sessions.rotate('3')).toEqual({ outcome: 'revoked' });

    expect([family.state, other.family.state]).toEqual(['revoked', 'active']);
  });

  it('within the overlap it brings the successor that it has', () => {
    const { sessions, clock } = start(5_000);
    sessions.begin(ADA);
    sessions.rotate('1');
    clock.now += 4_999;
    expect(sessions.rotate('1')).toMatchObject({ outcome: 'repeated', grant: { generation: 1, refreshToken: '2' } });
    clock.now += 1;

    expect(sessions.rotate('1')).toEqual({ outcome: 'reused' });
  });

  it('without an overlap nothing is forgiven, though the clock be set back', () => {
    const { sessions, clock } = start();
    sessions.begin(ADA);
    sessions.rotate('1');
    clock.now -= 1;

    expect(sessions.rotate('1')).toEqual({ outcome: 'reused' });
  });

  it.each([undefined, '', 'never issued'])('%j is unknown', (token) => {
    const { sessions } = start();
    sessions.begin(ADA);

    expect(sessions.rotate(token)).toEqual({ outcome: 'unknown' });
    expect(sessions.familyOf(token)).toBeUndefined();
  });

  it('tells whose session it is of', () => {
    const { sessions } = start();
    const { family } = sessions.begin(ADA);

    expect(sessions.familyOf('1')).toBe(family);
  });
});

it('a user’s sessions end all at once, and nobody else’s', () => {
  const { sessions } = start();
  for (const user of [ADA, ADA, BOB]) sessions.begin(user);
  sessions.revokeUser('ada');

  expect(['1', '2', '3'].map((token) => sessions.familyOf(token)?.state)).toEqual(['revoked', 'revoked', 'active']);
});

it('after a reset nothing is known', () => {
  const { sessions } = start();
  const { family } = sessions.begin(ADA);
  sessions.reset();
  expect(sessions.familyOf('1')).toBeUndefined();
  sessions.revokeUser('ada');

  expect(family.state).toBe('active');
});

describe('the hint cookie', () => {
  it('names the session, another one each time, and the rotation', () => {
    const { sessions } = start();
    const [ada, bob] = [sessions.begin(ADA), sessions.begin(BOB)];
    const [adas, bobs] = [Number.parseFloat(hintOf(ada)), Number.parseFloat(hintOf(bob))];
    expect(bobs).toBe(adas + 1);
    expect(hintOf(ada)).toBe(`${adas}.0`);

    expect(hintOf({ ...ada, generation: 3 })).toBe(`${adas}.3`);
  });

  it.each([
    ['1.2', 'hint=1.2; Path=/; SameSite=Lax'],
    ['', 'hint=; Path=/; SameSite=Lax; Max-Age=0'],
  ])('is written into the page: "%s"', (value, cookie) => {
    writeHint('hint', value);

    expect(document.cookie).toBe(cookie);
  });

  it('is written nowhere without a name', () => {
    setCookie('as it was');
    writeHint(undefined, '1.2');

    expect(document.cookie).toBe('as it was');
  });
});

it('an access token is a JWT that isn’t signed, in base64url', () => {
  const parts = unsignedJwt({ sub: 'ÿþ?>ü~' }).split('.');
  const [header, payload] = parts.map((part) => Buffer.from(part, 'base64url').toString());

  expect(JSON.parse(header ?? '')).toEqual({ alg: 'none', typ: 'JWT' });
  expect(JSON.parse(payload ?? '')).toEqual({ sub: 'ÿþ?>ü~' });
  expect(parts.join('')).toMatch(/^[\w-]+$/);
  expect(unsignedJwt({ sub: '>>>???' })).toMatch(/^[\w.-]+$/);
});
