/** When `signed-out` is emitted: once for each user who leaves, and not where nobody was there. */

import { describe, expect, it } from 'vitest';
import { listen, type SignedOutReason } from '../../src/events.ts';
import { adoptIfNewer } from '../../src/session/adopt-record.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, endSession } from '../../src/session/session-changes.ts';
import { gate, now } from '../../src/wait.ts';

const before = {
  'an unknown session': () => {},
  'no session': (session: Session) => endSession(session, 'no-session'),
  'Ada’s session': (session: Session) =>
    beginSession(session, { accessToken: { value: 'a', lifetime: 60_000, receivedAt: now(), claims: { sub: 'ada' } } }),
  'an expired session': (session: Session) => {
    before['Ada’s session'](session);
    endSession(session, 'expired');
  },
} as const;

const end = {
  'no session': (session: Session) => endSession(session, 'no-session'),
  expiry: (session: Session) => endSession(session, 'expired'),
  'a sign-out here': (session: Session) => endSession(session, 'signed-out'),
  'a sign-out elsewhere': (session: Session) =>
    adoptIfNewer(session, { epoch: Date.now() + 60_000, id: 'theirs', generation: 1, ended: 'signed-out' }, 'news'),
} as const;

describe('the event signed-out', () => {
  it.each<[keyof typeof before, keyof typeof end, SignedOutReason[], SignedOutReason]>([
    ['an unknown session', 'no session', [], 'no-session'],
    ['an unknown session', 'a sign-out here', ['signed-out'], 'signed-out'],
    ['an unknown session', 'a sign-out elsewhere', [], 'signed-out'],
    ['no session', 'a sign-out here', [], 'signed-out'],
    ['no session', 'a sign-out elsewhere', [], 'signed-out'],
    ['Ada’s session', 'expiry', ['expired'], 'expired'],
    ['Ada’s session', 'a sign-out here', ['signed-out'], 'signed-out'],
    ['Ada’s session', 'a sign-out elsewhere', ['signed-out'], 'signed-out'],
    ['an expired session', 'a sign-out here', [], 'signed-out'],
    ['an expired session', 'a sign-out elsewhere', [], 'signed-out'],
  ])('after %s, by %s: %j', (was, how, events, reason) => {
    const session = createSession(gate(), () => {});
    before[was](session);
    const seen: SignedOutReason[] = [];
    listen(session.listeners, 'signed-out', ({ reason }) => seen.push(reason));
    end[how](session);

    expect(seen).toEqual(events);
    expect(session.state).toEqual({ status: 'signed-out', reason });
  });
});
