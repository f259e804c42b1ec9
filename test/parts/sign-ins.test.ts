/** Sign-ins under way: which answer counts, what they leave behind, and whose the calls are that are made meanwhile. */

import { describe, expect, it } from 'vitest';
import type { AccessToken } from '../../src/session/access-token.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, signInAs } from '../../src/session/session-changes.ts';
import { sessionGoneError } from '../../src/session/session-gone.ts';
import {
  abandonCookieSignIn,
  attemptCookieSignIn,
  beginCookieSession,
  countAnswer,
  duringSignIn,
  isOutdated,
  leaveSignIns,
  refuseCookieSignIn,
  userVersionOfCall,
} from '../../src/session/sign-ins.ts';
import { FETCH_AS, fetchAs } from '../../src/session/user-version.ts';
import { gate as makeGate, now } from '../../src/wait.ts';
import { gate } from '../world/waiting.ts';

const tokenOf = (sub?: string): AccessToken => ({
  value: `token-of-${sub}`,
  lifetime: 60_000,
  receivedAt: now(),
  claims: sub === undefined ? undefined : { sub },
});

const newSession = () => createSession(makeGate(), () => {});

function adasSession(): Session {
  const session = newSession();
  beginSession(session, { accessToken: tokenOf('ada') });
  return session;
}

describe('of several answers to sign-ins', () => {
  it('each has its place', () => {
    const session = newSession();

    expect([countAnswer(session), countAnswer(session)]).toEqual([1, 2]);
  });

  it('an earlier one of another user is outdated, and one of the same user does no harm', () => {
    const session = newSession();
    const [first, second] = [countAnswer(session), countAnswer(session)];
    signInAs(session, { accessToken: tokenOf('bob') }, second);

    expect(isOutdated(session, first, { accessToken: tokenOf('ada') })).toBe(true);
    expect(isOutdated(session, second, { accessToken: tokenOf('ada') })).toBe(true);
    expect(isOutdated(session, first, { accessToken: tokenOf('bob') })).toBe(false);
    expect(isOutdated(session, countAnswer(session), { accessToken: tokenOf('ada') })).toBe(false);
  });

  it('an earlier one that names nobody is outdated', () => {
    const session = newSession();
    const first = countAnswer(session);
    signInAs(session, { accessToken: tokenOf('bob') }, countAnswer(session));

    expect(isOutdated(session, first, { accessToken: tokenOf() })).toBe(true);
  });
});

describe('a client that is disposed of', () => {
  it('during a login leaves the others in doubt', async () => {
    const session = adasSession();
    const answered = gate();
    const login = duringSignIn(session, () => answered.opened);
    leaveSignIns(session);
    expect(session.record.inDoubt).toBe(true);
    answered.open();
    await login;
  });

  it('during a sign-in with the cookie leaves the others in doubt', async () => {
    const session = adasSession();
    await attemptCookieSignIn(session, async () => {});
    leaveSignIns(session);

    expect(session.record.inDoubt).toBe(true);
  });

  it('leaves no doubt where nobody signs in', async () => {
    const session = adasSession();
    await duringSignIn(session, async () => {});
    leaveSignIns(session);

    expect(session.record.inDoubt).toBeUndefined();
  });
});

describe('a sign-in with the cookie', () => {
  it('that is refused is over, and says why', async () => {
    const session = adasSession();
    await attemptCookieSignIn(session, async () => {});
    const signIn = session.cookieSignIn ?? {};
    refuseCookieSignIn(session, signIn, 'it answered 401');

    expect(session.cookieSignIn).toBeUndefined();
    expect(signIn.refusal).toBe('it answered 401');
  });

  it('of before says why, and leaves the next one alone', async () => {
    const session = adasSession();
    await attemptCookieSignIn(session, async () => {});
    const { cookieSignIn } = session;
    const before = {};
    refuseCookieSignIn(session, before, 'it answered 401');

    expect(session.cookieSignIn).toBe(cookieSignIn);
    expect(before).toEqual({ refusal: 'it answered 401' });
  });

  it('that isn’t there can be abandoned', () => {
    const session = adasSession();
    const { record } = session;
    abandonCookieSignIn(session);

    expect(session.record).toBe(record);
  });
});

describe('a call belongs', () => {
  async function duringAttempt(session: Session) {
    const ends = gate();
    const attempt = attemptCookieSignIn(session, () => ends.opened);
    return { attempt, end: ends.open, signIn: session.cookieSignIn ?? {} };
  }

  it('to the user of now', () => {
    const session = adasSession();

    expect(userVersionOfCall(session, undefined)).toBe(session.userVersion);
  });

  it('during a sign-in with the cookie to whoever that brings', async () => {
    const session = newSession();
    const { end, signIn } = await duringAttempt(session);
    const version = userVersionOfCall(session, undefined);
    beginCookieSession(session, signIn, { accessToken: tokenOf('ada') });
    end();

    expect(await version).toBe(session.userVersion);
  });

  it('to the user of before, where it brings nobody', async () => {
    const session = newSession();
    const { userVersion } = session;
    const { end } = await duringAttempt(session);
    const version = userVersionOfCall(session, undefined);
    end();

    expect(await version).toBe(userVersion);
  });

  it('to the user who shows meanwhile', async () => {
    const session = adasSession();
    const { end, attempt } = await duringAttempt(session);
    expect(userVersionOfCall(session, undefined)).toBe(session.userVersion);
    end();
    await attempt;
  });

  it('to nobody else, where it may be the login itself', async () => {
    const session = newSession();
    const { end } = await duringAttempt(session);
    await duringSignIn(session, async () => {
      expect(userVersionOfCall(session, undefined)).toBe(session.userVersion);
    });
    end();
  });

  it('to nobody, where its caller leaves', async () => {
    const session = newSession();
    const { end } = await duringAttempt(session);

    await expect(userVersionOfCall(session, AbortSignal.abort('gone'))).rejects.toBe('gone');
    end();
  });
});

describe('the error for a caller whose session is gone', () => {
  const of = (change: Partial<Session['record']>, session = adasSession()) => {
    const { code, message } = sessionGoneError({ ...session, record: { ...session.record, ...change } }, 'GET /orders');
    return `${code}: ${message}`;
  };

  it('says what has become of it', () => {
    expect(of({})).toBe('session-changed: GET /orders: somebody else has signed in since.');
    expect(of({ ended: 'expired' })).toBe('session-expired: GET /orders: the session has ended; sign in again.');
    expect(of({ ended: 'signed-out' })).toBe('signed-out: GET /orders: nobody is signed in.');
    expect(of({ ended: 'no-session' })).toBe('signed-out: GET /orders: nobody is signed in.');
  });

  it('says that there is none on a server', () => {
    const session = adasSession();
    session.disposed.open();

    expect(of({}, session)).toBe(
      'configuration: GET /orders: no session on a server, or after dispose(). In a test, give it a page (jsdom, say).',
    );
  });
});

describe('the `fetch` of one caller', () => {
  it('is made by the client', () => {
    const own = async () => new Response();
    const fetch = Object.assign(async () => new Response(), {
      [FETCH_AS]: ({ userVersion }: object & { userVersion?: unknown }) => (userVersion === 7 ? own : fetch),
    });

    expect(fetchAs(fetch, { userVersion: 7 })).toBe(own);
  });

  it('is the same where the client has been wrapped', () => {
    const wrapped = async () => new Response();

    expect(fetchAs(wrapped, { userVersion: 7 })).toBe(wrapped);
  });
});
