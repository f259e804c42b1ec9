/** What each answer of the token endpoint does to each session: no lock, no other tab, no request. */

import { beforeEach, describe, expect, it } from 'vitest';
import { deadlinesOf } from '../../src/deadlines.ts';
import { SessionExpiredError } from '../../src/errors.ts';
import { listen } from '../../src/events.ts';
import {
  applyMissingToken,
  applyVerdict,
  isSessionOver,
  knownAtCall,
  obeyLatePause,
} from '../../src/refresh/apply-verdict.ts';
import { pauseLeft } from '../../src/refresh/cool-down.ts';
import { createRefreshing } from '../../src/refresh/refreshing.ts';
import type { Verdict } from '../../src/refresh/token-response.ts';
import type { AccessToken } from '../../src/session/access-token.ts';
import { adoptIfNewer } from '../../src/session/adopt-record.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, doubtUser, endSession } from '../../src/session/session-changes.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import { attemptCookieSignIn } from '../../src/session/sign-ins.ts';
import { gate, now } from '../../src/wait.ts';
import { stopClocks } from '../world/clocks.ts';

beforeEach(stopClocks);

const tokenOf = (sub: string | undefined, value: string): AccessToken => ({
  value,
  lifetime: 60_000,
  receivedAt: now(),
  claims: sub === undefined ? undefined : { sub },
});

/** How the session stood when the endpoint was called. */
const sessions = {
  unknown: () => {},
  ada: (session: Session) => beginSession(session, { accessToken: tokenOf('ada', 'first') }),
  'ada, with a refresh token': (session: Session) =>
    beginSession(session, { accessToken: tokenOf('ada', 'first'), refreshToken: 'second' }),
  'ada, in doubt': (session: Session) => {
    beginSession(session, { accessToken: tokenOf('ada', 'first') });
    doubtUser(session);
  },
  'opaque, in doubt': (session: Session) => {
    beginSession(session, { accessToken: tokenOf(undefined, 'first') });
    doubtUser(session);
  },
  ended: (session: Session) => {
    beginSession(session, { accessToken: tokenOf('ada', 'first') });
    endSession(session, 'expired');
  },
} as const;

const verdicts = {
  'new token': { verdict: 'renewed', grant: { accessToken: tokenOf('ada', 'second') } },
  'token of bob': { verdict: 'renewed', grant: { accessToken: tokenOf('bob', 'second') } },
  'opaque token': { verdict: 'renewed', grant: { accessToken: tokenOf(undefined, 'second') } },
  'same token': { verdict: 'unchanged', grant: { accessToken: tokenOf('ada', 'first') } },
  rejected: { verdict: 'rejected', why: 'it answered 401' },
  'request refused': { verdict: 'request-refused', why: 'no CSRF cookie' },
  'not processed': { verdict: 'not-processed', why: 'it answered 503', retryAfter: 7_000 },
  unreachable: { verdict: 'unreachable', why: 'it answered 502' },
  'wrong set-up': { verdict: 'unreachable', why: 'it was redirected', isPermanent: true },
  'useless, with a refresh token': { verdict: 'unreachable', why: 'it gave no token', refreshToken: 'third' },
  unnamed: { verdict: 'unreachable', why: 'it answered 500', retryAfter: undefined },
  'slow down': { verdict: 'unreachable', why: 'it answered 500', retryAfter: 7_000 },
  'no answer': { verdict: 'no-answer', why: 'the request failed' },
} as const satisfies Record<string, Verdict>;

const SETTINGS = {
  tokenEndpoint: {
    strategy: { request: () => Promise.reject(new Error('Nobody calls it here.')) },
    address: undefined,
    label: 'the endpoint',
    fetch: globalThis.fetch,
    readTokens: undefined,
  },
  refreshAhead: 30_000,
  deadlines: deadlinesOf(10_000),
};

/** A session as it stands, with what it tells the app. */
function sessionThat(before: keyof typeof sessions) {
  const session = createSession(gate(), () => {});
  sessions[before](session);
  const events: string[] = [];
  const told: unknown[] = [];
  for (const event of ['signed-in', 'refreshed', 'refresh-failed', 'signed-out', 'user-changed', 'paused'] as const) {
    listen(session.listeners, event, (detail) => {
      told.push(detail);
      if (event !== 'paused') events.push(event);
    });
  }
  const refreshing = createRefreshing(() => {}, { onFailure: () => {}, onLateGrant: async () => {} });
  return { parts: { settings: SETTINGS, session, refreshing }, session, events, told };
}

function apply(before: keyof typeof sessions, verdict: keyof typeof verdicts) {
  const { parts, session, events, told } = sessionThat(before);
  const outcome = applyVerdict(parts, verdicts[verdict], knownAtCall(session));
  return { outcome, session, events, told, coolDown: parts.refreshing.coolDown };
}

/** Before, verdict, status after, events. */
const changes: [keyof typeof sessions, keyof typeof verdicts, string, string[]][] = [
  ['unknown', 'new token', 'signed-in', ['signed-in']],
  ['unknown', 'rejected', 'signed-out', []],
  ['unknown', 'request refused', 'signed-out', []],
  ['ada', 'new token', 'signed-in', ['refreshed']],
  ['ada', 'token of bob', 'signed-in', ['user-changed']],
  ['ada', 'opaque token', 'signed-in', ['refreshed']],
  ['ada', 'same token', 'signed-in', []],
  ['ada', 'rejected', 'signed-out', ['refresh-failed', 'signed-out']],
  ['opaque, in doubt', 'opaque token', 'signed-in', ['user-changed']],
  ['opaque, in doubt', 'token of bob', 'signed-in', ['user-changed']],
  ['ada, in doubt', 'opaque token', 'signed-in', ['user-changed']],
  ['ada, in doubt', 'new token', 'signed-in', ['refreshed']],
  ['ended', 'new token', 'signed-in', ['signed-in']],
];

/** Before, verdict: nothing changes but the pause. */
const failures: [keyof typeof sessions, keyof typeof verdicts][] = [
  ['unknown', 'not processed'],
  ['unknown', 'unreachable'],
  ['unknown', 'no answer'],
  ['ada', 'request refused'],
  ['ada', 'not processed'],
  ['ada', 'unreachable'],
  ['ada', 'no answer'],
];

describe('what an answer does to the session', () => {
  it.for(changes)('%s, then %s: the status is %s', ([before, verdict, status, expected]) => {
    const { outcome, session, events } = apply(before, verdict);

    expect(outcome).toBe('changed');
    expect(session.state.status).toBe(status);
    expect(events).toEqual(expected);
    expect(session.record.token?.value).toBe(
      status === 'signed-out' ? undefined : verdict === 'same token' ? 'first' : 'second',
    );
  });

  it.for(failures)('%s, then %s: the session stays, and a pause begins', ([before, verdict]) => {
    const { outcome, session, events, coolDown } = apply(before, verdict);
    const { record } = session;

    expect(outcome).toMatchObject({ code: 'refresh-unavailable', retryAfter: pauseLeft(coolDown) });
    expect(record.token?.value).toBe(before === 'ada' ? 'first' : undefined);
    expect(record.ended).toBeUndefined();
    expect(events).toEqual(['refresh-failed']);
    expect(coolDown.pause).toMatchObject({
      isNamed: verdict === 'not processed',
      mayRetry: verdict === 'not processed',
    });
  });

  it('The same token again is known to be the last one before it expires', () => {
    expect(apply('ada', 'same token').session.record.token?.isLast).toBe(true);
  });

  it('A refresh after a failed sign-in begins a new session', () => {
    const renewed = apply('ada', 'opaque token').session.record;
    const begun = apply('opaque, in doubt', 'opaque token').session.record;

    expect(renewed.generation).toBe(2);
    expect(begun.generation).toBe(1);
  });

  it('A refresh after a failed sign-in goes on with the session where the token names the same user', () => {
    const { generation, inDoubt } = apply('ada, in doubt', 'new token').session.record;

    expect({ generation, inDoubt }).toEqual({ generation: 3, inDoubt: undefined });
  });
});

describe('what the app is told', () => {
  const over = "the endpoint can't renew the session: it answered 401.";

  it('of the end: the error that says why', () => {
    const { told } = apply('ada', 'rejected');

    expect(told).toEqual([{ error: new SessionExpiredError(over) }, { reason: 'expired' }]);
  });

  it.each([
    ['not processed', true],
    ['unreachable', false],
  ] as const)('of a pause after "%s": its length, and whether the server has named it (%s)', (verdict, isNamed) => {
    const { told, coolDown } = apply('ada', verdict);

    expect(told[0]).toEqual({ ms: pauseLeft(coolDown), isNamed, by: 'this-tab' });
  });

  it('that trying again is of no use, where something is set up wrongly', () => {
    const { outcome } = apply('ada', 'wrong set-up');

    expect(outcome).toMatchObject({ retryable: false });
  });
});

describe('a refresh token that a useless answer has brought', () => {
  it('is kept', () => {
    const { session } = apply('ada', 'useless, with a refresh token');

    expect(session.record).toMatchObject({ refreshToken: 'third', token: { value: 'first' } });
  });

  it('isn’t, where the answer was that of a sign-in with the cookie', () => {
    const { parts, session } = sessionThat('ada');
    void attemptCookieSignIn(session, () => new Promise(() => {}));
    applyVerdict(parts, verdicts['useless, with a refresh token'], knownAtCall(session));

    expect(session.record.refreshToken).toBeUndefined();
  });
});

describe('no refresh token was found', () => {
  it.each([
    ['ada', 'expired', ['refresh-failed', 'signed-out']],
    ['unknown', 'no-session', []],
    // It was over already: a listener that signs in again would never end.
    ['ended', 'expired', []],
  ] as const)('%s: the session is lost in this tab (%s)', (before, reason, expected) => {
    const { parts, session, events } = sessionThat(before);

    expect(applyMissingToken(parts, 'there is none')).toBe('changed');
    expect(session.state).toEqual({ status: 'signed-out', reason });
    expect(session.record.epoch).toBe(0);
    expect(events).toEqual(expected);
  });
});

describe('a sign-in with the cookie is refused', () => {
  const refused = (before: keyof typeof sessions) => {
    const { parts, session } = sessionThat(before);
    void attemptCookieSignIn(session, () => new Promise(() => {}));
    const atCall = knownAtCall(session);
    return { session, atCall, apply: () => applyVerdict(parts, verdicts.rejected, atCall) };
  };
  const theirs = (rest: Partial<SessionRecord>): SessionRecord => ({
    epoch: Date.now() + 1_000,
    id: 'theirs',
    generation: 2,
    ...rest,
  });

  it('the session of before is over: it had that cookie', () => {
    const { session, apply } = refused('ada');
    apply();

    expect(session.state).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('but not one that has a refresh token of its own', () => {
    const { session, apply } = refused('ada, with a refresh token');
    apply();

    expect(session.state.status).toBe('signed-in');
  });

  it('nor one of other tabs that has', () => {
    const { session, atCall } = refused('unknown');
    adoptIfNewer(session, theirs({ refreshToken: 'theirs' }), 'news');
    const known = { ...atCall, newestHeard: session.cookieSignIn?.newestHeard };

    expect(isSessionOver(verdicts.rejected, session, known)).toBe(false);
  });

  it('nor one that another tab has begun since the request', () => {
    const { session, atCall } = refused('unknown');
    adoptIfNewer(session, theirs({}), 'news');
    expect(isSessionOver(verdicts.rejected, session, atCall)).toBe(false);
    // Known at the call, it is what the answer is about.
    const known = { ...atCall, newestHeard: session.cookieSignIn?.newestHeard };

    expect(isSessionOver(verdicts.rejected, session, known)).toBe(true);
  });
});

describe('a pause that a late answer names', () => {
  it.each([
    ['not processed', { isNamed: true, mayRetry: true }],
    ['slow down', { isNamed: true, mayRetry: false }],
  ] as const)('%s: counts', (verdict, pause) => {
    const { parts } = sessionThat('ada');
    const { coolDown } = parts.refreshing;

    expect(obeyLatePause(coolDown, verdicts[verdict])).toBe(true);
    expect(coolDown.pause).toMatchObject(pause);
  });

  it.each(['new token', 'unreachable', 'unnamed', 'rejected'] as const)('%s: there is none', (verdict) => {
    const { parts } = sessionThat('ada');
    const { coolDown } = parts.refreshing;

    expect(obeyLatePause(coolDown, verdicts[verdict])).toBe(false);
    expect(coolDown.pause).toBeUndefined();
  });
});

it('a login that was given up during the refresh leaves its doubt: the next token may be somebody else’s', () => {
  const { parts, session } = sessionThat('ada');
  const atCall = knownAtCall(session);
  doubtUser(session);
  applyVerdict(parts, verdicts['new token'], atCall);

  expect(session.record).toMatchObject({ inDoubt: true, token: { value: 'second' } });
});
