/** Records of sessions: which of two is the newer one, whose they are, and what they hold of a grant. */

import { describe, expect, it } from 'vitest';
import type { AccessToken } from '../../src/session/access-token.ts';
import {
  changesUser,
  grantedFields,
  isNewer,
  isOpen,
  isRevocationLeft,
  nextEpoch,
  rotationOf,
  type SessionRecord,
  UNKNOWN,
} from '../../src/session/session-record.ts';
import { now } from '../../src/wait.ts';
import { stopClocks } from '../world/clocks.ts';

const record = (rest: Partial<SessionRecord> = {}): SessionRecord => ({ epoch: 5, id: 'm', generation: 3, ...rest });

const tokenOf = (claims: AccessToken['claims'], value = 'token'): AccessToken => ({
  value,
  lifetime: 60_000,
  receivedAt: now(),
  claims,
});

describe('of two records the newer one', () => {
  const NEWER: [string, Partial<SessionRecord>, Partial<SessionRecord>][] = [
    ['has the later epoch', { epoch: 6 }, { ended: 'signed-out', id: 'z', generation: 9 }],
    ['has, of one epoch, signed out', { ended: 'signed-out', id: 'a', generation: 1 }, { id: 'z', generation: 9 }],
    ['has the later id, whatever its generation', { id: 'n', generation: 1 }, { generation: 9 }],
    ['has the later id, though the other one has expired', { id: 'n' }, { ended: 'expired', generation: 9 }],
    ['has ended, of one session', { ended: 'expired', generation: 1 }, { generation: 9 }],
    ['has the later generation', { generation: 4 }, {}],
    ['has the later generation, where both have ended', { generation: 4, ended: 'expired' }, { ended: 'expired' }],
  ];

  it.each(NEWER)('%s', (_, newer, older) => {
    expect(isNewer(record(newer), record(older))).toBe(true);
    expect(isNewer(record(older), record(newer))).toBe(false);
  });

  it.each([{}, { ended: 'signed-out' }, { ended: 'expired' }] as const)(
    'is neither, where they are equal: %j',
    (rest) => {
      expect(isNewer(record(rest), record(rest))).toBe(false);
    },
  );
});

it('what nobody knows yet is older than all, and isn’t open', () => {
  expect(UNKNOWN).toEqual({ epoch: 0, id: '', generation: 0 });
  expect(isOpen(UNKNOWN)).toBe(false);
  expect(isOpen(record())).toBe(true);
  expect(isOpen(record({ ended: 'expired' }))).toBe(false);
});

it('the next epoch is that of the clock, and later than the last one', () => {
  stopClocks();
  expect(nextEpoch(UNKNOWN)).toBe(Date.now());
  expect(nextEpoch(record({ epoch: Date.now() }))).toBe(Date.now() + 1);
  expect(nextEpoch(record({ epoch: Date.now() + 50 }))).toBe(Date.now() + 51);
});

describe('the user changes', () => {
  const ada = tokenOf({ sub: 'ada', iss: 'https://one.test' });

  const CHANGES: [string, Partial<SessionRecord>, Partial<SessionRecord>, boolean][] = [
    ['where the session ends', { token: ada }, { ended: 'expired' }, true],
    ['where another subject comes', { token: ada }, { token: tokenOf({ sub: 'bob' }) }, true],
    ['not, where the subject is the same in another session', { token: ada }, { id: 'n', token: ada }, false],
    ['not, where one token names no issuer', { token: ada }, { id: 'n', token: tokenOf({ sub: 'ada' }) }, false],
    ['not, where the other one names none', { token: tokenOf({ sub: 'ada' }) }, { id: 'n', token: ada }, false],
    [
      'where the issuer is another one',
      { token: ada },
      { token: tokenOf({ sub: 'ada', iss: 'https://two.test' }) },
      true,
    ],
    ['where nobody is named in another session', { token: ada }, { id: 'n', token: tokenOf(undefined) }, true],
    ['not, where nobody is named in the same session', { token: ada }, { token: tokenOf(undefined) }, false],
    [
      'not, where the subject came beside the token',
      { token: { ...tokenOf(undefined), subject: 'ada' } },
      { id: 'n', token: ada },
      false,
    ],
    ['not, where nobody was signed in', { ended: 'expired' }, { token: ada }, false],
  ];

  it.each(CHANGES)('%s', (_, before, next, changes) => {
    expect(changesUser(record(before), record(next))).toBe(changes);
  });
});

describe('what a record holds of a grant', () => {
  const accessToken = tokenOf({ sub: 'ada' }, 'new');

  it('is all of the first one', () => {
    expect(grantedFields({ accessToken, refreshToken: 'r-1' })).toEqual({
      token: accessToken,
      refreshToken: 'r-1',
      rotation: undefined,
      isStored: undefined,
    });
  });

  it('is nothing, where nothing was granted and nothing kept', () => {
    expect(grantedFields({})).toMatchObject({ token: undefined, refreshToken: undefined });
  });

  it('keeps what it doesn’t bring', () => {
    const kept = record({ token: tokenOf({ sub: 'ada' }, 'old'), refreshToken: 'r-1', isStored: true });

    expect(grantedFields({ accessToken }, kept)).toEqual({
      token: accessToken,
      refreshToken: 'r-1',
      rotation: 3,
      isStored: undefined,
    });
    expect(grantedFields({ refreshToken: 'r-2' }, kept)).toMatchObject({ token: kept.token, rotation: undefined });
  });

  it('knows a refresh token that has come again', () => {
    expect(grantedFields({ refreshToken: 'r-1' }, record({ refreshToken: 'r-1', rotation: 2 })).rotation).toBe(2);
    expect(grantedFields({ accessToken }, record({ rotation: 2 })).rotation).toBeUndefined();
  });

  it('came with its generation, unless it says another one', () => {
    expect(rotationOf(record())).toBe(3);
    expect(rotationOf(record({ rotation: 1 }))).toBe(1);
  });
});

describe('a revocation is left for this tab', () => {
  const known = record({ refreshToken: 'r-1' });

  it.each([
    ['after a sign-out of another session', { id: 'n', ended: 'signed-out' }, true],
    ['after one that missed a refresh', { generation: 2, ended: 'signed-out' }, true],
    ['not after one that knew of it', { ended: 'signed-out' }, false],
    ['not after one that knew more', { generation: 4, ended: 'signed-out' }, false],
    ['not where the session has expired', { id: 'n', generation: 2, ended: 'expired' }, false],
    ['not where it goes on', { id: 'n', generation: 2 }, false],
  ] as const)('%s', (_, theirs, isLeft) => {
    expect(isRevocationLeft(known, record(theirs))).toBe(isLeft);
  });

  it('not without a refresh token', () => {
    expect(isRevocationLeft(record(), record({ id: 'n', ended: 'signed-out' }))).toBe(false);
  });
});
