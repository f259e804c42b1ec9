/** What happens to a session in this tab, where it isn't in the state that a change usually finds. */

import { describe, expect, it } from 'vitest';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, doubtUser, endSession, recordOvertaking } from '../../src/session/session-changes.ts';
import { gate, now } from '../../src/wait.ts';

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
