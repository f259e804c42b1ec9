/** What happens to a session in this tab, where it isn't in the state that a change usually finds. */

import { describe, expect, it } from 'vitest';
import { listen } from '../../src/events.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import {
  beginSession,
  catchUp,
  closeSession,
  doubtUser,
  endSession,
  keepHintGone,
  keepRefreshToken,
  loseSession,
  recordOvertaking,
  recordRestoreFailure,
  renewSession,
  signInAs,
} from '../../src/session/session-changes.ts';
import { UNKNOWN } from '../../src/session/session-record.ts';
import { gate, now } from '../../src/wait.ts';
import { gate as promise, rest } from '../world/waiting.ts';

const accessToken = { value: 'a', lifetime: 60_000, receivedAt: now(), claims: { sub: 'ada' } };
const unknown = () => {};
const open = (session: Session) => beginSession(session, { accessToken });
const ended = (session: Session) => {
  open(session);
  endSession(session, 'expired');
};

describe('a sign-out that was sent out of its turn', () => {
  const overtaken = (reason: 'signed-out' | 'expired') => {
    const session = createSession(gate(), () => {});
    open(session);
    endSession(session, reason);
    recordOvertaking(session);
    expect(session.record.overtook).toBe(true);
    return session;
  };

  it('is still told after another one', () => {
    const session = overtaken('signed-out');
    endSession(session, 'signed-out');

    expect(session.record.overtook).toBe(true);
  });

  it('isn’t told of the sign-out of another session', () => {
    const session = overtaken('expired');
    endSession(session, 'signed-out');

    expect(session.record.overtook).toBeUndefined();
  });
});

describe('a session that stays as it is', () => {
  it.each([
    ['a login that fails, nobody being known', unknown, doubtUser],
    ['a login that fails, the session being over', ended, doubtUser],
    ['a sign-out out of its turn, somebody having signed in meanwhile', open, recordOvertaking],
  ])('%s', (_, before, change) => {
    let changes = 0;
    const session = createSession(gate(), () => changes++);
    before(session);
    const { record } = session;
    changes = 0;
    change(session);

    expect(session.record).toBe(record);
    expect(changes).toBe(0);
  });
});

/** A session that notes its changes. */
function noted(hint?: string) {
  const changes: string[] = [];
  const cookie = { read: () => hint, onChange: () => () => {} };
  const session = createSession(gate(), (source) => changes.push(source), cookie);
  return { session, changes };
}

describe('a client that is disposed of', () => {
  it('forgets the session, and its listeners hear nothing', () => {
    const { session } = noted();
    open(session);
    const heard: unknown[] = [];
    listen(session.listeners, 'state', () => heard.push(session.state));
    session.disposed.open();
    closeSession(session, undefined);

    expect(session.record).toBe(UNKNOWN);
    expect(session.state).toEqual({ status: 'restoring' });
    expect(heard).toEqual([]);
    expect(session.listeners.isClosed).toBe(true);
  });

  it('changes nothing that it showed while it knew nobody', () => {
    const { session } = noted();
    const { state } = session;
    closeSession(session, undefined);

    expect(session.state).toBe(state);
  });

  it('forgets why it couldn’t find out who is signed in', () => {
    const { session } = noted();
    recordRestoreFailure(session, { code: 'refresh-unavailable', retryable: true });
    expect(session.state).toHaveProperty('error');
    closeSession(session, undefined);

    expect(session.state).toEqual({ status: 'restoring' });
  });

  it.each(['comes', 'fails'])('keeps its session until an answer that is under way %s', async (outcome) => {
    const { session } = noted();
    open(session);
    const { record, userVersion } = session;
    const answer = promise();
    closeSession(session, outcome === 'comes' ? answer.opened : answer.opened.then(() => Promise.reject(new Error())));
    expect(session.record).toBe(record);
    expect(session.userVersion).not.toBe(userVersion);
    answer.open();
    await rest();

    expect(session.record).toBe(UNKNOWN);
  });
});

describe('a refresh token', () => {
  it('of a tab that is behind is as old as it was', () => {
    const { session, changes } = noted();
    beginSession(session, { accessToken, refreshToken: 'r-1' });
    changes.length = 0;
    catchUp(session, 4);

    expect(session.record).toMatchObject({ generation: 4, rotation: 1, refreshToken: 'r-1' });
    expect(changes).toEqual([]);
  });

  it('without an access token is told to the others, as the next generation', () => {
    const { session, changes } = noted();
    beginSession(session, { accessToken, refreshToken: 'r-1' });
    changes.length = 0;
    keepRefreshToken(session, 'r-2');

    expect(session.record).toMatchObject({ generation: 2, refreshToken: 'r-2', token: accessToken });
    expect(changes).toEqual(['this-tab']);
  });

  it('without a session isn’t kept', () => {
    const { session, changes } = noted();
    keepRefreshToken(session, 'r-2');

    expect(session.record).toBe(UNKNOWN);
    expect(changes).toEqual([]);
  });
});

describe('the hint cookie', () => {
  const signedOut = (hint: string | undefined, known: string | undefined) => {
    const { session } = noted(hint);
    open(session);
    endSession(session, 'signed-out');
    Object.assign(session, { record: { ...session.record, hint: known } });
    keepHintGone(session);
    return session.record.hint;
  };

  it('has gone after a sign-out', () => {
    expect(signedOut('', 'one')).toBe('');
  });

  it.each([
    ['it is still there', 'one', 'one'],
    ['it isn’t known', undefined, 'one'],
    ['nothing was known of it', '', undefined],
  ])('isn’t noted as gone where %s', (_, hint, known) => {
    expect(signedOut(hint, known)).toBe(known);
  });

  it('of a sign-out is the one that the session had, else that of now', () => {
    const { session } = noted('two');
    open(session);
    Object.assign(session, { record: { ...session.record, hint: 'one' } });
    endSession(session, 'signed-out');
    expect(session.record.hint).toBe('one');

    const other = noted('two').session;
    endSession(other, 'signed-out');
    expect(other.record.hint).toBe('two');
  });
});

it('an answer that names nobody is the user’s of before, and one that names somebody theirs', () => {
  const { session } = noted();
  open(session);
  renewSession(session, { accessToken: { ...accessToken, value: 'b', claims: undefined } });
  expect(session.record).toMatchObject({ generation: 2, token: { value: 'b', subject: 'ada' } });
  renewSession(session, { accessToken: { ...accessToken, value: 'c', claims: { sub: 'bob' } } });
  expect(session.record).toMatchObject({ generation: 1, token: { value: 'c' } });
  expect(session.record.token).not.toHaveProperty('subject');
});

it('calls that were made while nobody was signed in aren’t those of the user who signs in', () => {
  const { session } = noted();
  const { userVersion } = session;
  signInAs(session, { accessToken }, 1);
  expect(session.userVersion).toBe(userVersion + 1);
  // The same user, signed in again.
  signInAs(session, { accessToken }, 2);
  expect(session.userVersion).toBe(userVersion + 1);
});

it('a session that this tab can’t go on with isn’t over for the others, and is remembered without its tokens', () => {
  const { session } = noted();
  beginSession(session, { accessToken, refreshToken: 'r-1' });
  const { epoch, id } = session.record;
  loseSession(session, 'expired');

  expect(session.record).toEqual({ ...UNKNOWN, ended: 'expired' });
  expect(session.lost).toMatchObject({ epoch, id, generation: 1, token: undefined, refreshToken: undefined });
});

it('a sign-out out of its turn is told as the next generation', () => {
  const { session, changes } = noted();
  open(session);
  endSession(session, 'signed-out');
  const { generation } = session.record;
  changes.length = 0;
  recordOvertaking(session);

  expect(session.record.generation).toBe(generation + 1);
  expect(changes).toEqual(['this-tab']);
});
