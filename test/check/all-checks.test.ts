/** The checks one after the other: what is said at once, what ends them early, and what is told of the sign-in. */

import { describe, expect, it } from 'vitest';
import { checkAll } from '../../src/check/all-checks.ts';
import { CannotCheckError } from '../../src/check/arguments.ts';
import type { Session } from '../../src/check/sessions.ts';
import { cookie, nobody, onStage, type Reply, renewal, sessionOf } from './on-stage.ts';

const fails =
  (status: number): Reply =>
  () =>
    Response.json({}, { status });

async function found(args: readonly string[], reply: Reply, ...sessions: Session[]) {
  const { stage, findings } = onStage(args, reply, { sessions });
  return { rest: await checkAll(stage), findings };
}

describe('what is not checked', () => {
  it('is said: CORS without --origin, the sign-out without --sign-out, and a pause', async () => {
    const { findings, rest } = await found([], nobody);
    expect(findings).toMatchObject({
      cors: { outcome: 'unchecked', note: 'give --origin if your pages are on another origin' },
      'sign-out': { outcome: 'unchecked', note: 'give --sign-out' },
      'retry-after': { outcome: 'unchecked', note: "a pause can't be provoked" },
    });
    expect(rest).toBe('there is none left');
  });

  it('is not said of what can be checked', async () => {
    const args = ['--origin', 'https://app.example.com', '--sign-out', 'https://id.example.com/auth/logout'];
    const { findings } = await found(args, nobody);
    expect(findings).not.toHaveProperty('cors');
    expect(findings).not.toHaveProperty('sign-out');
  });
});

it('where nothing answers, nothing can be checked', async () => {
  const none = found([], () => Promise.reject(new TypeError('fetch failed')));
  await expect(none).rejects.toThrow(new CannotCheckError('no answer came (network error)'));
});

describe('the cookies of the sign-in', () => {
  const ELSEWHERE = [cookie('session=a; Path=/other'), cookie('sid=b; Path=/auth/refresh/more')];
  const HINT = ['--hint-cookie', 'has_session'];
  const hint = cookie('has_session=1; Path=/');

  it.each<[string, string[], Session, string]>([
    ['their paths', [], sessionOf(...ELSEWHERE), 'session has Path=/other, sid has Path=/auth/refresh/more'],
    ['that there is none', [], sessionOf(), 'there is none'],
    ['that there is none but the hint', HINT, sessionOf(hint), 'there is none'],
    [
      'their paths, and not that of the hint',
      HINT,
      sessionOf(hint, ...ELSEWHERE.slice(1)),
      'sid has Path=/auth/refresh/more',
    ],
  ])('of which none goes to the endpoint, with %s', async (_what, args, session, paths) => {
    const { findings, rest } = await found(args, nobody, session);
    expect(findings['sign-in']).toMatchObject({
      outcome: 'broken',
      note: `of its cookies none goes there: ${paths}`,
    });
    expect(rest).toBe('no refresh token goes there');
  });

  const some = () => sessionOf(cookie('csrf=c; Path=/auth'), ...ELSEWHERE.slice(0, 1));

  it('of which some go there, and the first refresh is refused', async () => {
    const { findings, rest } = await found([], nobody, some());
    expect(findings['sign-in']).toMatchObject({
      outcome: 'unclear',
      note: "of its cookies some don't go there: session has Path=/other",
    });
    expect(findings.token).toMatchObject({ outcome: 'broken', note: 'it answered 401, application/json' });
    expect(rest).toBe('the first refresh failed');
  });

  it.each<[string, string[], Reply, Session]>([
    ['the server fails', [], fails(500), some()],
    ['all of them go there', [], nobody, sessionOf(cookie('session=a; Path=/auth'))],
    ['a body holds the refresh token', ['--body', 'json'], nobody, { ...some(), refreshToken: 'a' }],
  ])('are not to blame where the first refresh fails and %s', async (_what, args, reply, session) => {
    const { findings } = await found(args, reply, session);
    expect(findings).not.toHaveProperty('sign-in');
    expect(findings.token).toMatchObject({ outcome: 'broken' });
  });

  it('the one that holds the refresh token is named', async () => {
    const { findings } = await found([], () => renewal(), sessionOf(cookie('session=a; Path=/auth')));
    expect(findings['sign-in']).toMatchObject({ outcome: 'kept', note: 'the cookie session' });
  });

  it('the one that holds the refresh token must be named where that shows in nothing', async () => {
    const session = sessionOf(cookie('session=a; Path=/auth'), cookie('sid=b; Path=/auth'));
    await expect(found([], () => renewal(), session)).rejects.toThrow(
      new CannotCheckError("it can't be told which cookie holds the refresh token: session, sid. Give --cookie NAME"),
    );
  });
});

it('of a refresh token in the body it is said that it goes there, and no cookie is named', async () => {
  const session = { ...sessionOf(), refreshToken: 'token-0' };
  const { findings } = await found(['--body', 'json'], () => renewal(), session);
  expect(findings['sign-in']).toEqual({ outcome: 'kept', note: undefined });
});
