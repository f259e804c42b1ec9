/** What the command says of a refusal: whether it is a right one, and else which advice is given. */

import { describe, expect, it } from 'vitest';
import { refusal, remedyOf } from '../../src/check/checks/refusals.ts';
import { checkVisitor, checkWrongToken } from '../../src/check/checks/visitors.ts';
import { noAnswer } from '../../src/check/exchange.ts';
import { answerOf, cookie, firstRefresh, NOW, onStage, optionsOf, renewal } from './on-stage.ts';

const CSRF = ['--csrf', 'XSRF-TOKEN=X-XSRF-TOKEN'];
const BODY = ['--body', 'form'];
const csrfFailure = () => Response.json({ message: 'CSRF token mismatch.' }, { status: 419 });
const invalidClient = () => Response.json({ error: 'invalid_client' }, { status: 401 });
const status = (code: number) => Response.json({}, { status: code });

describe('the advice', () => {
  const NOTHING_THERE =
    'Nothing seems to be there for a POST: correct the URL (also a slash at its end). If it is right, answer 401.';

  it.each<[string, Response, string[], string | undefined]>([
    ['where nothing is', status(404), [], NOTHING_THERE],
    [
      'on CSRF, without --csrf',
      csrfFailure(),
      [],
      'If it is protected by a double-submit cookie, give --csrf COOKIE=HEADER.',
    ],
    [
      'on CSRF, with --csrf',
      csrfFailure(),
      CSRF,
      'Let the sign-in command get the CSRF cookie, too, and write it to the same jar.',
    ],
    [
      'on the client, without --body',
      invalidClient(),
      [],
      'If it wants the refresh token in the body, give --body, and --client-id.',
    ],
    ['on the client, without --client-id', invalidClient(), BODY, 'Give --client-id.'],
    ['on the client, with both', invalidClient(), [...BODY, '--client-id', 'spa'], 'Correct --client-id and --body.'],
    ["is the rule's own on an end of the session", status(401), [], undefined],
    ["is the rule's own on a failure", status(500), [], undefined],
  ])('%s', async (_what, response, args, advice) => {
    expect(remedyOf(await answerOf(response), optionsOf(args))).toBe(advice);
  });

  it('on a CSRF cookie that is missing', async () => {
    const answer = await answerOf(status(403), { noCsrfToken: "there is no CSRF cookie 'XSRF-TOKEN' to send" });
    expect(answer.why).toContain("there is no CSRF cookie 'XSRF-TOKEN' to send");
    expect(remedyOf(answer, optionsOf(CSRF))).toMatch(/^Let the sign-in command get the CSRF cookie/);
  });

  it('on a request that could not be sent is that of the request', () => {
    expect(remedyOf(noAnswer('it is too long', NOW, NOW, 'Shorten it.'), optionsOf())).toBe('Shorten it.');
  });
});

describe('a refusal', () => {
  const of = async (response: Response, remark?: string) => refusal(await answerOf(response), onStage().stage, remark);
  const NO_OUTAGE = 'Answer 401 with JSON to whoever has no session: the client takes this for an outage.';

  it('that ends the session is right, and has its remark', async () => {
    expect(await of(status(401), 'a remark')).toEqual({ outcome: 'kept', note: 'a remark' });
  });

  it('that gives a token is none', async () => {
    expect(await of(renewal())).toEqual({
      outcome: 'broken',
      note: 'it answered 200, with a token',
      todo: 'Give no token to somebody who has no session.',
    });
  });

  it.each([
    [500, NO_OUTAGE],
    [503, NO_OUTAGE],
    [418, undefined],
  ])('by status %i is an outage, or not', async (code, todo) => {
    expect(await of(status(code))).toEqual({ outcome: 'broken', note: `it answered ${code}, application/json`, todo });
  });

  it('by a limit on requests says nothing', async () => {
    expect(await of(status(429))).toEqual({
      outcome: 'unclear',
      note: 'it answered 429, application/json',
      todo: 'Lift the limit on requests for the test account, and run the command again.',
    });
  });
});

describe('a visitor', () => {
  const TAKEN = 'which the client takes for the same';

  it.each([
    [401, undefined],
    [400, `400, ${TAKEN}`],
    [403, `403, ${TAKEN}`],
  ])('is refused by %i', async (code, note) => {
    const { stage, findings } = onStage([], () => status(code));
    await checkVisitor(stage);
    expect(findings).toEqual({ 'no-session': { outcome: 'kept', note } });
  });

  it('with a refresh token of no use in the body is refused by the rule on such tokens', async () => {
    const { stage, findings } = onStage(BODY, () => status(400));
    await checkVisitor(stage);
    expect(findings).toEqual({ 'wrong-token': { outcome: 'kept', note: `400, ${TAKEN}` } });
  });

  it('who gets no answer is told of by nobody here', async () => {
    const { stage, findings } = onStage([], () => Promise.reject(new TypeError('fetch failed')));
    expect(await checkVisitor(stage)).toMatchObject({ status: 0 });
    expect(findings).toEqual({});
  });
});

describe('a wrong token', () => {
  const SIGNED_IN = cookie('session=a-token-of-some-length; Path=/auth');

  it('is as long as the right one, and is none that the server has issued', async () => {
    const sent: string[] = [];
    const { stage, findings } = onStage([], ({ headers }) => {
      sent.push(/^session=([a-z]+)$/.exec(headers.get('cookie') ?? '')?.[1] ?? '');
      return status(401);
    });
    await checkWrongToken(stage, firstRefresh(await answerOf(renewal()), SIGNED_IN));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toHaveLength(SIGNED_IN.value.length);
    expect(findings['wrong-token']).toEqual({ outcome: 'kept', note: undefined });
  });

  it('in a body is not tried once more', async () => {
    const { stage, findings } = onStage(BODY);
    await checkWrongToken(stage, firstRefresh(await answerOf(renewal())));
    expect(findings).toEqual({});
  });
});
