/** What the command says of a hint cookie's flags, value and end, one by one. */

import { describe, expect, it } from 'vitest';
import { checkHintCookie, checkHintOfSessions, hintAfterRefusal } from '../../src/check/checks/hint-cookie.ts';
import { answerOf, cookie, firstRefresh, onStage, renewal, sessionOf } from './on-stage.ts';

const HINT = ['--hint-cookie', 'has_session'];
const TOKEN = 'session=token-1; Path=/auth; Secure; SameSite=Strict; Max-Age=600';
const RIGHT = 'has_session=ada.1; Path=/; Secure; SameSite=Lax; Max-Age=600';
const signedInToken = cookie('session=token-0; Path=/auth; Secure; Max-Age=600');
const kept = (note?: string) => ({ outcome: 'kept', note });
const broken = (note: string) => ({ outcome: 'broken', note });

/** @param set the cookies of the refresh; @param signedIn the hint of the sign-in */
async function found(set: readonly string[], signedIn: string | undefined = RIGHT.replace('.1', '.0')) {
  const { stage, findings } = onStage(HINT);
  const hint = cookie(signedIn);
  checkHintCookie(stage, firstRefresh(await answerOf(renewal(set)), signedInToken, hint));
  return findings;
}

it('a right one is kept in all', async () => {
  const findings = Object.values(await found([TOKEN, RIGHT]));
  expect(findings).toHaveLength(8);
  expect(findings.map(({ outcome }) => outcome)).toEqual(findings.map(() => 'kept'));
});

describe('SameSite', () => {
  const FOR_FRAMES = 'session=token-1; Path=/auth; Secure; SameSite=None; Partitioned; Max-Age=600';
  const NOT_THERE = "the refresh token's cookie is for frames of other sites, and this one isn't there with it";

  it.each<[string, string, object]>([
    ['SameSite=Lax; Secure', TOKEN, kept('Lax')],
    [
      'SameSite=Strict; Secure',
      TOKEN,
      {
        outcome: 'unclear',
        note: 'it is Strict: whether a page reads it after a link from another site is up to the browser',
      },
    ],
    ['SameSite=None; Secure', TOKEN, broken("it is None, and the refresh token's isn't")],
    ['SameSite=None', TOKEN, broken('SameSite=None counts with Secure only: browsers drop the cookie')],
    ['SameSite=Always; Secure', TOKEN, broken('its SameSite is none of Strict, Lax, None')],
    ['Secure', TOKEN, broken('it has no SameSite, which each browser reads in its own way')],
    ['SameSite=None; Secure; Partitioned', FOR_FRAMES, kept("None, as the refresh token's")],
    ['SameSite=None; Secure', FOR_FRAMES, broken(NOT_THERE)],
    ['SameSite=Lax; Secure; Partitioned', FOR_FRAMES, broken(NOT_THERE)],
  ])('%s beside %s', async (flags, token, finding) => {
    const findings = await found([token, `has_session=ada.1; Path=/; ${flags}`]);
    expect(findings['hint-same-site']).toMatchObject(finding);
  });

  it('in frames of other sites the advice is the same for both', async () => {
    const findings = await found([FOR_FRAMES, RIGHT]);
    expect(findings['hint-same-site']?.todo).toBe('Set both with SameSite=None; Secure; Partitioned.');
  });
});

describe('the value', () => {
  it.each<[string, string[], object]>([
    ['is not compared where the refresh token stays', [RIGHT], { note: 'the refresh token stays the same' }],
    ['is not compared where there is one alone', [TOKEN], { note: 'there is one alone' }],
    ['is kept where its second part changes', [TOKEN, RIGHT], kept()],
    [
      'is broken where it stays',
      [TOKEN, RIGHT.replace('.1', '.0')],
      broken("it stays the same: a page can't see that the answer has come which a closed tab has left behind"),
    ],
    ["can't be told of where its first part changes", [TOKEN, RIGHT.replace('ada', 'eve')], { outcome: 'unclear' }],
  ])('%s', async (_what, set, finding) => {
    expect((await found(set))['hint-value']).toMatchObject(finding);
  });
});

describe('the expiry', () => {
  it.each<[string, object]>([
    ['Max-Age=600', kept()],
    ['Max-Age=595', kept()],
    ['Max-Age=594', broken("the refresh's expires 6 s before the refresh token: then its user counts as a visitor")],
    ['Max-Age=900', kept()],
  ])('of %s, where the refresh token has 600 s', async (age, finding) => {
    const findings = await found([TOKEN, RIGHT.replace('Max-Age=600', age)]);
    expect(findings['hint-expiry']).toMatchObject(finding);
  });

  it('of none is that of the browser', async () => {
    const findings = await found([TOKEN, RIGHT.replace('; Max-Age=600', '')]);
    expect(findings['hint-expiry']).toMatchObject(
      broken("the refresh's ends with the browser, and the refresh token doesn't: then its user counts as a visitor"),
    );
  });
});

describe('two sign-ins', () => {
  const hint = cookie(RIGHT);
  const SIGN_IN = [...HINT, '--sign-in', 'login'];
  const foundOf = async (args: readonly string[], ...sessions: Parameters<typeof sessionOf>[]) => {
    const { stage, findings } = onStage(args, undefined, { sessions: sessions.map((each) => sessionOf(...each)) });
    await checkHintOfSessions(stage, firstRefresh(await answerOf(renewal()), signedInToken, hint));
    return findings['hint-session'];
  };

  it.each<[string, string[], Parameters<typeof sessionOf>[], object | undefined]>([
    ['differ before the first dot', SIGN_IN, [[cookie('has_session=eve.1; Path=/')]], kept()],
    [
      'have the same before the first dot',
      SIGN_IN,
      [[cookie('has_session=ada.2; Path=/')]],
      broken('two sign-ins have the same text before the first dot: tabs miss that somebody else has signed in'),
    ],
    ['need --sign-in', [...HINT, '--cookie-jar', 'jar'], [[hint]], { outcome: 'unchecked', note: 'give --sign-in' }],
    [
      'are not compared where the second sets no hint',
      SIGN_IN,
      [[signedInToken]],
      { outcome: 'unchecked', note: "the sign-in doesn't set it" },
    ],
    ['are not looked at without --hint-cookie', ['--sign-in', 'login'], [[hint]], undefined],
  ])('%s', async (_what, args, sessions, finding) => {
    expect(await foundOf(args, ...sessions)).toEqual(finding && expect.objectContaining(finding));
  });
});

describe('after a refusal', () => {
  const refusedBy = (status: number, setCookie = 'sid=a') =>
    answerOf(Response.json({}, { status, headers: { 'Set-Cookie': setCookie } }));
  const { stage } = onStage(HINT);
  const session = sessionOf(cookie(RIGHT));

  it('it is deleted, since the session is over', async () => {
    const deleting = await refusedBy(401, 'has_session=; Path=/; Max-Age=0');
    expect(hintAfterRefusal(stage, session, deleting)).toEqual(kept());
    expect(hintAfterRefusal(stage, session, await refusedBy(401))).toMatchObject(
      broken("the answer doesn't delete it, so the next page load costs a refresh that is refused"),
    );
  });

  it.each([
    ['the answer says nothing of the session', 500, session, "the answer doesn't say that the session is over"],
    ['there was none', 401, sessionOf(signedInToken), 'there was none'],
  ])('it is not looked at where %s', async (_what, status, own, note) => {
    expect(hintAfterRefusal(stage, own, await refusedBy(status))).toEqual({ outcome: 'unchecked', note });
  });
});
