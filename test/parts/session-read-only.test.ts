/** Only `session/` changes a session: an assignment elsewhere doesn't compile. */

import { expect, it } from 'vitest';
import { createSession, type Session } from '../../src/session/session.ts';
import { UNKNOWN } from '../../src/session/session-record.ts';
import { gate } from '../../src/wait.ts';

it('An assignment to a session doesn’t compile outside of its room', () => {
  // Never called: it is the compiler that refuses it.
  function assign(session: Session) {
    // @ts-expect-error read-only
    session.record = UNKNOWN;
    // @ts-expect-error read-only
    session.userVersion++;
    // @ts-expect-error read-only
    session.cookieSignIn = {};
    // @ts-expect-error read-only
    session.record.generation = 2;
    // @ts-expect-error read-only
    session.state = { status: 'restoring' };
  }

  expect(assign).toBeTypeOf('function');
  expect(createSession(gate(), () => {}).record).toBe(UNKNOWN);
});
