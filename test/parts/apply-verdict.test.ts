/** What each answer of the token endpoint does to each session: no lock, no other tab, no request. */

import { describe, expect, it } from 'vitest';
import { deadlinesOf } from '../../src/deadlines.ts';
import { listen } from '../../src/events.ts';
import { applyVerdict, knownAtCall } from '../../src/refresh/apply-verdict.ts';
import { pauseLeft } from '../../src/refresh/cool-down.ts';
import { createRefreshing } from '../../src/refresh/refreshing.ts';
import type { Verdict } from '../../src/refresh/token-response.ts';
import type { AccessToken } from '../../src/session/access-token.ts';
import { createSession, type Session } from '../../src/session/session.ts';
import { beginSession, doubtUser, endSession } from '../../src/session/session-changes.ts';
import { gate, now } from '../../src/wait.ts';
import { stopClocks } from '../world/clocks.ts';

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
  'no answer': { verdict: 'no-answer', why: 'the request failed' },
} as const satisfies Record<string, Verdict>;

function apply(before: keyof typeof sessions, verdict: keyof typeof verdicts) {
  const session = createSession(gate(), () => {});
  sessions[before](session);
  const events: string[] = [];
  for (const event of ['signed-in', 'refreshed', 'refresh-failed', 'signed-out', 'user-changed'] as const) {
    listen(session.listeners, event, () => events.push(event));
  }
  const refreshing = createRefreshing(() => {}, { onFailure: () => {}, onLateGrant: async () => {} });
  const settings = {
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
  const outcome = applyVerdict({ settings, session, refreshing }, verdicts[verdict], knownAtCall(session));
  return { outcome, session, events, coolDown: refreshing.coolDown };
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
    stopClocks();
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
