/** What becomes of another tab's record: while this tab signs in, soon after, and where it is old. No lock, no channel, no request. */

import { beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../src/events.ts';
import type { AccessToken } from '../../src/session/access-token.ts';
import { adoptIfNewer } from '../../src/session/adopt-record.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, endSession, loseSession, signInAs } from '../../src/session/session-changes.ts';
import { isNewer, type SessionRecord } from '../../src/session/session-record.ts';
import { attemptCookieSignIn, duringSignIn } from '../../src/session/sign-ins.ts';
import { gate, now } from '../../src/wait.ts';
import { jumpWallClock, stopClocks } from '../world/clocks.ts';

beforeEach(stopClocks);

const tokenOf = (sub: string): AccessToken => ({
  value: `token-of-${sub}`,
  lifetime: 60_000,
  receivedAt: now(),
  claims: { sub },
});

/** Bob's session in another tab, which began after all that this tab knows. */
const bobs = (rest: Partial<SessionRecord> = {}): SessionRecord => ({
  epoch: Date.now() + 1_000,
  id: 'bobs',
  generation: 1,
  token: tokenOf('bob'),
  ...rest,
});
const ended = (why: SessionRecord['ended']) => bobs({ token: undefined, ended: why });

const heard = {
  'that Bob has signed in': () => ['news', bobs()],
  'that Bob’s token is new': () => ['news', bobs({ generation: 2 })],
  'that Bob has been signed in': () => ['answer', bobs()],
  'that the user has signed out': () => ['news', ended('signed-out')],
  'that the user had signed out': () => ['answer', ended('signed-out')],
  'that the session has expired': () => ['news', ended('expired')],
} as const satisfies Record<string, () => readonly ['news' | 'answer', SessionRecord]>;

type Page = 'that knows nobody' | 'that shows Ada';

function sessionOf(page: Page): Session {
  const session = createSession(gate(), () => {});
  if (page === 'that shows Ada') beginSession(session, { accessToken: tokenOf('ada') });
  return session;
}

const shown = ({ state }: Session) => ('subject' in state ? state.subject : state.status);

/** Its sign-in with the cookie is under way, or has failed and waits for the next refresh. */
type SignIn = 'under way' | 'that waits';

const KEPT = { isKept: true, signIn: 'goes on', isSignedOut: undefined, usersMore: 0 };
const OVER = { isKept: false, signIn: 'is over', isSignedOut: undefined };

describe('a sign-in with the cookie, and another tab’s record', () => {
  it.each<[Page, SignIn, keyof typeof heard, object]>([
    ['that knows nobody', 'under way', 'that Bob has signed in', { ...KEPT, shows: 'restoring' }],
    ['that knows nobody', 'under way', 'that Bob’s token is new', { ...KEPT, shows: 'restoring' }],
    ['that knows nobody', 'under way', 'that Bob has been signed in', { ...KEPT, shows: 'restoring' }],
    ['that knows nobody', 'under way', 'that the user had signed out', { ...KEPT, shows: 'restoring' }],
    ['that knows nobody', 'under way', 'that the session has expired', { ...KEPT, shows: 'restoring' }],
    [
      'that knows nobody',
      'under way',
      'that the user has signed out',
      // Requests that waited for this sign-in are not to be sent any more.
      { ...OVER, isSignedOut: true, usersMore: 1, shows: 'signed-out' },
    ],
    // Requests that waited for this sign-in were not made for Bob.
    ['that knows nobody', 'that waits', 'that Bob has signed in', { ...OVER, usersMore: 1, shows: 'bob' }],
    ['that knows nobody', 'that waits', 'that Bob’s token is new', { ...KEPT, shows: 'restoring' }],
    ['that knows nobody', 'that waits', 'that Bob has been signed in', { ...KEPT, shows: 'restoring' }],
    ['that knows nobody', 'that waits', 'that the session has expired', { ...KEPT, shows: 'restoring' }],
    [
      'that knows nobody',
      'that waits',
      'that the user has signed out',
      // Requests that waited for this sign-in are not to be sent any more.
      { ...OVER, isSignedOut: true, usersMore: 1, shows: 'signed-out' },
    ],
    ['that shows Ada', 'under way', 'that Bob has signed in', { ...KEPT, shows: 'ada' }],
    ['that shows Ada', 'under way', 'that Bob has been signed in', { ...KEPT, shows: 'ada' }],
    // Her session is over, but the cookie may begin another one.
    [
      'that shows Ada',
      'under way',
      'that the session has expired',
      { ...OVER, signIn: 'goes on', usersMore: 1, shows: 'signed-out' },
    ],
    [
      'that shows Ada',
      'under way',
      'that the user had signed out',
      { ...OVER, signIn: 'goes on', usersMore: 1, shows: 'signed-out' },
    ],
    [
      'that shows Ada',
      'under way',
      'that the user has signed out',
      { ...OVER, isSignedOut: true, usersMore: 1, shows: 'signed-out' },
    ],
    ['that shows Ada', 'that waits', 'that Bob has signed in', { ...OVER, usersMore: 1, shows: 'bob' }],
    ['that shows Ada', 'that waits', 'that Bob’s token is new', { ...KEPT, shows: 'ada' }],
  ])('a page %s, with a sign-in %s, hears %s', async (page, signIn, news, outcome) => {
    const session = sessionOf(page);
    const attempt = attemptCookieSignIn(session, async () => {
      if (signIn === 'under way') await new Promise(() => {});
    });
    if (signIn === 'that waits') await attempt;
    const { cookieSignIn, userVersion, recordReplaced } = session;
    const [kind, theirs] = heard[news]();
    adoptIfNewer(session, theirs, kind);

    expect({
      isKept: cookieSignIn?.newestHeard === theirs,
      signIn: session.cookieSignIn ? 'goes on' : 'is over',
      isSignedOut: cookieSignIn?.isSignedOut,
      usersMore: session.userVersion - userVersion,
      shows: shown(session),
    }).toEqual(outcome);
    // A sign-in that waits for this very message goes on.
    expect(recordReplaced.isOpen).toBe(true);
  });
});

describe('a session that began without knowing of the others’', () => {
  const signedInUnaware = () => {
    const session = sessionOf('that knows nobody');
    signInAs(session, { accessToken: tokenOf('ada') }, 1);
    return session;
  };

  it('an answer about another session doesn’t replace it in its first second', () => {
    const session = signedInUnaware();
    jumpWallClock(999);
    adoptIfNewer(session, bobs(), 'answer');

    expect(shown(session)).toBe('ada');
  });

  it('it refuses one such answer, and no second one: tabs could refuse each other’s for ever', () => {
    const session = signedInUnaware();
    adoptIfNewer(session, bobs(), 'answer');
    adoptIfNewer(session, { ...bobs(), epoch: session.record.epoch + 1 }, 'answer');

    expect(shown(session)).toBe('bob');
  });

  it('an answer about another session replaces it later', () => {
    const session = signedInUnaware();
    jumpWallClock(1_000);
    adoptIfNewer(session, bobs(), 'answer');

    expect(shown(session)).toBe('bob');
  });

  it('an answer about this very session is taken as it is', () => {
    const session = signedInUnaware();
    const { record } = session;
    adoptIfNewer(session, { ...record, generation: 2 }, 'answer');

    expect(session.record).toMatchObject({ epoch: record.epoch, id: record.id, generation: 2 });
  });
});

describe('word that the session had expired', () => {
  const EXPIRED = { token: undefined, ended: 'expired' } as const;

  it('is of the past, as an answer within a second of a new token: somebody has signed in again', () => {
    const session = sessionOf('that shows Ada');
    const { record } = session;
    jumpWallClock(999);
    adoptIfNewer(session, { ...record, ...EXPIRED }, 'answer');

    expect(shown(session)).toBe('ada');
    expect(isNewer(session.record, { ...record, ...EXPIRED })).toBe(true);
    expect(session.record.id).not.toBe(record.id);
  });

  it('is of the past, too, where another session had ended, and its clock was ahead', () => {
    const session = sessionOf('that shows Ada');
    adoptIfNewer(session, ended('expired'), 'answer');

    expect(shown(session)).toBe('ada');
    expect(isNewer(session.record, ended('expired'))).toBe(true);
  });

  it('ends it as a later answer', () => {
    const session = sessionOf('that shows Ada');
    jumpWallClock(1_000);
    adoptIfNewer(session, { ...session.record, ...EXPIRED }, 'answer');

    expect(session.state).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('ends it as news', () => {
    const session = sessionOf('that shows Ada');
    adoptIfNewer(session, { ...session.record, ...EXPIRED }, 'news');

    expect(session.state).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('ends it, as an answer that the user had signed out', () => {
    const session = sessionOf('that shows Ada');
    adoptIfNewer(session, { ...session.record, ...EXPIRED, ended: 'signed-out' }, 'answer');

    expect(session.state).toEqual({ status: 'signed-out', reason: 'signed-out' });
  });
});

it.each(['unknown', 'over'])('a session without its token signs nobody in yet where the last one is %s', (last) => {
  const session = sessionOf(last === 'over' ? 'that shows Ada' : 'that knows nobody');
  if (last === 'over') endSession(session, 'expired');
  let signIns = 0;
  listen(session.listeners, 'signed-in', () => signIns++);
  adoptIfNewer(session, bobs({ token: undefined }), 'news');
  expect([shown(session), signIns]).toEqual(['restoring', 0]);
  adoptIfNewer(session, bobs({ generation: 2 }), 'news');

  expect([shown(session), signIns]).toEqual(['bob', 1]);
});

describe('a login under way, and another tab’s record', () => {
  it.each<[Page, keyof typeof heard, number]>([
    // The login must not undo it.
    ['that knows nobody', 'that the user has signed out', 1],
    ['that knows nobody', 'that the user had signed out', 0],
    ['that knows nobody', 'that the session has expired', 0],
    ['that knows nobody', 'that Bob has signed in', 0],
    ['that shows Ada', 'that the user has signed out', 1],
  ])('a page %s hears %s', (page, news, usersMore) => {
    const session = sessionOf(page);
    void duringSignIn(session, () => new Promise(() => {}));
    const { userVersion } = session;
    const [kind, theirs] = heard[news]();
    adoptIfNewer(session, theirs, kind);

    expect(session.userVersion - userVersion).toBe(usersMore);
  });

  it('a sign-out that is known already is no new one, though it has overtaken a refresh', () => {
    const session = sessionOf('that shows Ada');
    endSession(session, 'signed-out');
    void duringSignIn(session, () => new Promise(() => {}));
    const { userVersion, record } = session;
    adoptIfNewer(session, { ...record, generation: record.generation + 1, overtook: true }, 'news');

    expect(session.record.overtook).toBe(true);
    expect(session.userVersion).toBe(userVersion);
  });
});

describe('a page that shows nobody, and another tab’s record', () => {
  it.each<['unknown' | 'over', keyof typeof heard, number]>([
    // What waits to learn who is signed in isn't sent any more.
    ['unknown', 'that the user has signed out', 1],
    ['unknown', 'that the user had signed out', 0],
    ['unknown', 'that the session has expired', 0],
    // It is the answer that calls wait for.
    ['unknown', 'that Bob has been signed in', 0],
    ['over', 'that the user has signed out', 1],
    ['over', 'that the user had signed out', 0],
    // Calls of before were made as nobody.
    ['over', 'that Bob has signed in', 1],
    ['over', 'that Bob’s token is new', 1],
    ['over', 'that Bob has been signed in', 1],
  ])('where the session is %s, it hears %s', (last, news, usersMore) => {
    const session = sessionOf(last === 'over' ? 'that shows Ada' : 'that knows nobody');
    if (last === 'over') endSession(session, 'expired');
    const { userVersion } = session;
    const [kind, theirs] = heard[news]();
    adoptIfNewer(session, theirs, kind);

    expect(session.userVersion - userVersion).toBe(usersMore);
  });
});

describe('a tab whose refresh token is spent, and that has lost its session by that', () => {
  function lost(refreshToken: string | undefined) {
    const session = createSession(gate(), () => {});
    beginSession(session, { accessToken: tokenOf('ada'), refreshToken });
    const { record: theirs } = session;
    loseSession(session, 'expired');
    return { session, theirs };
  }
  const isOpenHere = ({ state }: Session) => state.status === 'signed-in';

  it('takes over nothing that is as old: it would lose it again, and ask for it again', () => {
    const { session, theirs } = lost('one');
    for (const kind of ['answer', 'news'] as const) adoptIfNewer(session, theirs, kind);
    expect(isOpenHere(session)).toBe(false);
  });

  it('goes on with a newer one, and keeps no token of the old one', () => {
    const { session, theirs } = lost('one');
    expect(session.lost).toEqual({ ...theirs, token: undefined, refreshToken: undefined });
    adoptIfNewer(session, { ...theirs, generation: 2, refreshToken: 'two' }, 'answer');
    expect(isOpenHere(session)).toBe(true);
  });

  it('goes on with the same one where it had no refresh token itself', () => {
    const { session, theirs } = lost(undefined);
    adoptIfNewer(session, { ...theirs, refreshToken: 'one' }, 'answer');
    expect(isOpenHere(session)).toBe(true);
  });

  it('follows another session that has begun here since, whatever its clock says', () => {
    const { session, theirs } = lost('one');
    jumpWallClock(-3_600_000);
    beginSession(session, { accessToken: tokenOf('bob'), refreshToken: 'two' });
    const { epoch } = session.record;
    expect(epoch).toBeLessThan(theirs.epoch);
    adoptIfNewer(session, { ...theirs, epoch: epoch + 1, id: 'next' }, 'news');
    expect(session.record.id).toBe('next');
  });
});
