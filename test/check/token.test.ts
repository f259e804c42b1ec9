/** What the command says of an access token, and of the answer around it. */

import { describe, expect, it } from 'vitest';
import { checkToken } from '../../src/check/checks/token.ts';
import type { Answer } from '../../src/check/exchange.ts';
import { answerOf, firstRefresh, NOW, onStage } from './on-stage.ts';

const SECOND = 1_000;
const ISSUED = NOW / SECOND;
const ADVICE = '; 5 to 15 minutes is the advice';
const kept = (note?: string) => ({ outcome: 'kept', note });
const at = (ms: number) => ({ Date: new Date(ms).toUTCString() });

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

async function found(body: object, headers: Readonly<Record<string, string>> = at(NOW), times: Partial<Answer> = {}) {
  const { stage, findings } = onStage();
  const answer = await answerOf(Response.json({ access_token: 'opaque-access-token', ...body }, { headers }));
  checkToken(stage, firstRefresh({ ...answer, ...times }));
  return findings;
}

describe('the lifetime', () => {
  it.each([
    [60, kept(`60 s${ADVICE}`)],
    [119, kept(`119 s${ADVICE}`)],
    [120, kept(`2 min${ADVICE}`)],
    [294, kept(`5 min${ADVICE}`)],
    [295, kept('5 min')],
    [300, kept('5 min')],
    [900, kept('15 min')],
    [901, kept(`15 min${ADVICE}`)],
    [3_600, kept(`60 min${ADVICE}`)],
  ])('of %i s is kept', async (seconds, finding) => {
    expect((await found({ expires_in: seconds })).lifetime).toEqual(finding);
  });

  it('of more than an hour is too long', async () => {
    expect((await found({ expires_in: 3_601 })).lifetime).toMatchObject({
      outcome: 'broken',
      note: 'it lives for 60 min: for so long it works for a thief, and for a user you lock out',
    });
  });

  it('must be five times as long as a refresh takes, and more', async () => {
    const times = (ms: number) => ({ sentAt: NOW, receivedAt: NOW + ms });
    expect((await found({ expires_in: 10 }, at(NOW), times(2_000))).lifetime).toMatchObject({
      outcome: 'broken',
      note: "it lives for 10 s, and a refresh takes 2000 ms: it can't be refreshed in time",
    });
    expect((await found({ expires_in: 10 }, at(NOW), times(1_999))).lifetime).toMatchObject({ outcome: 'kept' });
  });

  it('must be said', async () => {
    expect((await found({})).lifetime).toEqual({
      outcome: 'broken',
      note: 'nothing says when it expires: the client can only learn it from a 401',
      todo: 'Send expires_in.',
    });
  });
});

describe('whose it is', () => {
  it.each([
    ['a JWT with sub', jwt({ sub: 'ada', exp: ISSUED + 600 }), { outcome: 'kept' }],
    [
      'a JWT without',
      jwt({ exp: ISSUED + 600 }),
      { outcome: 'unclear', note: 'it is a JWT without sub, user_id, uid or userId' },
    ],
    ['an opaque one', 'opaque-access-token', { outcome: 'unclear', note: 'it is opaque' }],
  ])('of %s', async (_what, access_token, finding) => {
    expect((await found({ access_token, expires_in: 600 })).subject).toMatchObject(finding);
  });
});

describe('exp, iat, expires_in and Date', () => {
  const exp = ISSUED + 600;

  it.each<[string, object, object, object]>([
    ['expires_in is 5 s more', { exp, iat: ISSUED }, { expires_in: 605 }, kept()],
    ['expires_in is 5 s less', { exp, iat: ISSUED }, { expires_in: 595 }, kept()],
    [
      'expires_in is 6 s more',
      { exp, iat: ISSUED },
      { expires_in: 606 },
      { outcome: 'broken', note: 'it lives for 606 s by expires_in, 600 s by exp and iat' },
    ],
    [
      'expiresIn is 6 s less',
      { exp, iat: ISSUED },
      { expiresIn: 594 },
      { outcome: 'broken', note: 'it lives for 594 s by expires_in, 600 s by exp and iat' },
    ],
    [
      'exp is all there is',
      { exp },
      {},
      { outcome: 'unclear', note: 'there is nothing to compare exp with', todo: 'Send expires_in.' },
    ],
    [
      'there is no exp',
      { iat: ISSUED },
      { expires_in: 600 },
      {
        outcome: 'broken',
        note: "the JWT has no exp, so an API can't see that it has expired",
        todo: 'Put exp into the JWT.',
      },
    ],
  ])('without a Date: %s', async (_what, claims, body, finding) => {
    // By the real clock the token of that time has expired long ago: expires_in, or a Date, says that it has not.
    const answer = await answerOf(Response.json({ access_token: jwt(claims), expires_in: 600 }));
    const { stage, findings } = onStage();
    checkToken(stage, firstRefresh({ ...answer, body }));
    expect(findings.claims).toMatchObject(finding);
  });

  it('with a Date they are compared with that, too', async () => {
    expect((await found({ access_token: jwt({ exp, iat: ISSUED }) }, at(NOW + 5 * SECOND))).claims).toEqual(kept());
    expect((await found({ access_token: jwt({ exp, iat: ISSUED }) }, at(NOW + 10 * SECOND))).claims).toMatchObject({
      outcome: 'broken',
      note: 'it lives for 600 s by exp and iat, 590 s by exp and Date',
    });
  });

  it('are not compared for an opaque token', async () => {
    expect((await found({ expires_in: 600 })).claims).toEqual({
      outcome: 'unchecked',
      note: 'the token is opaque',
    });
  });
});

describe('Cache-Control', () => {
  it.each(['no-store', 'No-Store', 'private, no-store', 'no-store, max-age=0', 'private,no-store,max-age=0'])(
    '%s is kept',
    async (value) => {
      expect((await found({}, { 'Cache-Control': value }))['no-store']).toEqual(kept());
    },
  );

  it.each(['no-cache', 'max-age=60', 'x-no-store', 'no-store-x'])('%s is broken', async (value) => {
    expect((await found({}, { 'Cache-Control': value }))['no-store']).toMatchObject({
      outcome: 'broken',
      note: "Cache-Control doesn't say no-store",
    });
  });

  it('must be there', async () => {
    expect((await found({}))['no-store']).toMatchObject({ outcome: 'broken', note: 'there is no Cache-Control' });
  });
});

describe('the clock of the server', () => {
  const times = { sentAt: NOW, receivedAt: NOW + SECOND };
  const CONFUSION = "the clock of this machine, which doesn't confuse the client";

  it.each<[number, object]>([
    [0, kept()],
    [6, kept()],
    [7, { outcome: 'unclear', note: `it is 6 s ahead of ${CONFUSION}` }],
    [181, { outcome: 'unclear', note: `it is 3 min ahead of ${CONFUSION}` }],
    [-6, kept()],
    [-7, { outcome: 'unclear', note: `it is 6 s behind ${CONFUSION}` }],
    [-121, { outcome: 'unclear', note: `it is 2 min behind ${CONFUSION}` }],
  ])('may be wrong by a few seconds: %i s', async (seconds, finding) => {
    const { clock, date } = await found({ expires_in: 600 }, at(NOW + seconds * SECOND), times);
    expect(clock).toMatchObject(finding);
    expect(date).toEqual(kept());
  });

  it.each([
    ['no Date', {}],
    ['a Date that is none', { Date: 'today' }],
  ])("can't be told by %s", async (_what, headers) => {
    const { clock, date } = await found({ expires_in: 600 }, headers as Record<string, string>);
    expect(date).toMatchObject({ outcome: 'broken', note: 'there is none, or none that can be read' });
    expect(clock).toEqual({ outcome: 'unchecked', note: 'there is no Date' });
  });
});

it('nothing is said of an answer without a token', async () => {
  const { stage, findings } = onStage();
  checkToken(stage, firstRefresh(await answerOf(Response.json({}, { status: 401 }))));
  expect(findings).toEqual({});
});
