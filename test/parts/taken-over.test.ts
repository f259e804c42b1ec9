/** What a tab takes over of another tab's record, or of a stored one, and what it keeps of its own. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessToken } from '../../src/session/access-token.ts';
import { adoptIfNewer, recallRecord } from '../../src/session/adopt-record.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, endSession } from '../../src/session/session-changes.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import { gate, now } from '../../src/wait.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';

beforeEach(stopClocks);

const tokenOf = (value: string): AccessToken => ({
  value,
  lifetime: 60_000,
  receivedAt: now(),
  claims: { sub: 'ada' },
});

/** Ada's session, and what has happened since it began. */
function adasSession(refreshToken?: string) {
  const changes: string[] = [];
  const session = createSession(gate(), (source) => changes.push(source));
  beginSession(session, { accessToken: tokenOf('first'), refreshToken });
  changes.length = 0;
  const { change } = session;
  const waiting = { areWoken: () => change.isOpen };
  return { session, changes, waiting, record: session.record };
}

/** The same session after a refresh in another tab. */
const renewed = ({ record }: Session, rest: Partial<SessionRecord> = {}): SessionRecord => ({
  ...record,
  generation: record.generation + 1,
  token: tokenOf('second'),
  ...rest,
});

describe('another tab has refreshed', () => {
  it('its access token and its refresh token are taken over, and who waits is woken', () => {
    const { session, changes, waiting } = adasSession('r1');
    adoptIfNewer(session, renewed(session, { refreshToken: 'r2' }), 'news');

    expect(session.record).toMatchObject({ generation: 2, token: { value: 'second' }, refreshToken: 'r2' });
    expect(changes).toEqual(['another-tab']);
    expect(waiting.areWoken()).toBe(true);
  });

  it('no token was carried: this tab keeps its own, and who waits goes on waiting', () => {
    const { session, changes, waiting } = adasSession();
    adoptIfNewer(session, renewed(session, { token: undefined }), 'news');

    expect(session.record).toMatchObject({ generation: 2, token: { value: 'first' } });
    expect(changes).toEqual([]);
    expect(waiting.areWoken()).toBe(false);
  });

  it.each([
    ['no new refresh token: it is good still', 1, 'r1'],
    ['a new refresh token, which wasn’t carried: the old one is spent', undefined, undefined],
  ])('it has got %s', (_what, rotation, kept) => {
    const { session } = adasSession('r1');
    adoptIfNewer(session, renewed(session, { refreshToken: undefined, rotation }), 'news');

    expect(session.record.refreshToken).toBe(kept);
  });

  it('a refresh token alone is to be stored, and wakes nobody', () => {
    const { session, changes, waiting } = adasSession('r1');
    adoptIfNewer(session, renewed(session, { token: undefined, refreshToken: 'r2' }), 'news');

    expect(session.record).toMatchObject({ token: { value: 'first' }, refreshToken: 'r2' });
    expect(changes).toEqual(['another-tab']);
    expect(waiting.areWoken()).toBe(false);
  });

  it('that the token of now is the last one before it expires is a change', () => {
    const { session, record, waiting } = adasSession();
    const token = { ...record.token, isLast: true } as AccessToken;
    adoptIfNewer(session, renewed(session, { token }), 'news');

    expect(session.record.token?.isLast).toBe(true);
    expect(waiting.areWoken()).toBe(true);
  });

  it('the very same token is kept as this tab has it', () => {
    const { session, record, changes } = adasSession();
    adoptIfNewer(session, renewed(session, { token: structuredClone(record.token) }), 'news');

    expect(session.record.token).toBe(record.token);
    expect(changes).toEqual([]);
  });

  it.each([
    ['says what the hint cookie was', 'b.2', 'b.2'],
    ['can’t read it', undefined, 'a.1'],
  ])('it %s', (_what, hint, known) => {
    const { session, record } = adasSession();
    Object.assign(record, { hint: 'a.1' });
    adoptIfNewer(session, renewed(session, { hint }), 'news');

    expect(session.record.hint).toBe(known);
  });

  it('an older record is nothing new', () => {
    const { session, record, changes } = adasSession();
    adoptIfNewer(session, { ...record, token: tokenOf('other') }, 'news');

    expect(session.record).toBe(record);
    expect(changes).toEqual([]);
  });
});

describe('another session', () => {
  const theirs = (rest: Partial<SessionRecord> = {}): SessionRecord => ({
    epoch: Date.now() + 1_000,
    id: 'theirs',
    generation: 1,
    ...rest,
  });

  it('takes no token of this one, also where its own wasn’t carried', () => {
    const { session } = adasSession('r1');
    adoptIfNewer(session, theirs(), 'news');

    expect(session.record).toMatchObject({ id: 'theirs', token: undefined, refreshToken: undefined });
    expect(session.record.hint).toBeUndefined();
  });

  it('that has ended is over here, too, with nothing left', () => {
    const { session } = adasSession('r1');
    adoptIfNewer(session, { ...renewed(session), token: undefined, refreshToken: undefined, ended: 'expired' }, 'news');

    expect(session.record).toMatchObject({ token: undefined, refreshToken: undefined, ended: 'expired' });
    expect(session.state).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('that had expired says nothing to a tab that knows nobody: the server may know better', () => {
    const session = createSession(gate(), () => {});
    adoptIfNewer(session, theirs({ ended: 'expired' }), 'answer');
    expect(session.state.status).toBe('restoring');
    adoptIfNewer(session, theirs({ ended: 'signed-out' }), 'answer');
    expect(session.state.status).toBe('signed-out');
  });

  it('that has just expired does', () => {
    const session = createSession(gate(), () => {});
    adoptIfNewer(session, theirs({ ended: 'expired' }), 'news');

    expect(session.state.status).toBe('signed-out');
  });

  it('that began elsewhere outdates the answers to sign-ins here; one that goes on doesn’t', () => {
    const { session } = adasSession();
    Object.assign(session, { signInAnswers: 3 });
    adoptIfNewer(session, renewed(session), 'news');
    expect(session.outdatedAnswers).toBe(0);
    adoptIfNewer(session, theirs({ token: tokenOf('theirs') }), 'news');

    expect(session.outdatedAnswers).toBe(3);
  });

  it('that had expired is told that this one goes on', () => {
    const { session, changes } = adasSession();
    adoptIfNewer(session, theirs({ ended: 'expired' }), 'answer');

    expect(changes).toEqual(['this-tab']);
  });

  it('replaces that of a client which is disposed of, without a word', () => {
    const { session, changes } = adasSession();
    session.disposed.open();
    const record = theirs();
    adoptIfNewer(session, record, 'news');

    expect(session.record).toBe(record);
    expect(changes).toEqual([]);
  });
});

describe('what was stored', () => {
  const stored = (record: SessionRecord, rest: Partial<SessionRecord> = {}): SessionRecord => ({
    ...record,
    token: undefined,
    refreshToken: 'stored',
    ...rest,
  });

  it('of nobody known begins the session, and wakes nobody: there is no access token', () => {
    const changes: string[] = [];
    const session = createSession(gate(), (source) => changes.push(source));
    const { record } = adasSession();

    expect(recallRecord(session, stored(record))).toBe(true);
    expect(session.record).toMatchObject({ id: record.id, refreshToken: 'stored', isStored: true, token: undefined });
    expect(changes).toEqual([]);
  });

  it('of a later rotation brings its refresh token, beside the access token that is there', () => {
    const { session, record } = adasSession('r1');

    expect(recallRecord(session, stored(record, { generation: 2 }))).toBe(true);
    expect(session.record).toMatchObject({ generation: 2, refreshToken: 'stored', token: { value: 'first' } });
  });

  it('of this very record completes it, where its refresh token wasn’t carried', () => {
    const { session, record } = adasSession();

    expect(recallRecord(session, stored(record))).toBe(true);
    expect(session.record).toMatchObject({ refreshToken: 'stored', token: { value: 'first' } });
  });

  it.each<[string, (session: Session) => void, Partial<SessionRecord>, string | undefined]>([
    ['nothing where there is a refresh token already', () => {}, {}, 'r1'],
    ['nothing of a rotation of before', () => {}, { generation: 0 }, 'r1'],
    ['nothing where the session is over', (session) => endSession(session, 'expired'), {}, undefined],
  ])('brings %s', (_what, happens, rest, kept) => {
    const { session, record } = adasSession('r1');
    happens(session);

    expect(recallRecord(session, stored(record, rest))).toBe(false);
    expect(session.record.refreshToken).toBe(kept);
  });

  it.each([
    ['of a later session', () => {}],
    ['after this tab has said that there is none', (session: Session) => endSession(session, 'expired')],
  ])('is taken over as another session is: %s', (_what, happens) => {
    const { session, record, waiting } = adasSession('r1');
    happens(session);
    jumpWallClock(5_000);

    expect(recallRecord(session, stored(record, { epoch: record.epoch + 1_000, id: 'theirs' }))).toBe(true);
    expect(session.record).toMatchObject({ id: 'theirs', refreshToken: 'stored', isStored: true });
    expect(session.state.status).toBe('restoring');
    expect(waiting.areWoken()).toBe(true);
  });

  it.each<[string, Partial<SessionRecord>]>([
    ['of an earlier refresh', { generation: 1 }],
    // Of the same moment, and before this one in the order of ids.
    ['of another session', { id: '' }],
  ])('isn’t completed by the record %s', (_of, rest) => {
    const session = createSession(gate(), () => {});
    const { record } = adasSession('r1');
    recallRecord(session, stored(record, { generation: 2 }));
    adoptIfNewer(session, { ...record, generation: 2, ...rest }, 'answer');

    expect(session.record.token).toBeUndefined();
  });

  it('is completed by the same record with an access token, and by none without', () => {
    const session = createSession(gate(), () => {});
    const { record } = adasSession('r1');
    recallRecord(session, stored(record));
    adoptIfNewer(session, { ...record, token: undefined }, 'answer');
    expect(session.state.status).toBe('restoring');
    adoptIfNewer(session, record, 'answer');

    expect(session.record).toMatchObject({ token: { value: 'first' } });
    expect(session.state.status).toBe('signed-in');
  });
});
