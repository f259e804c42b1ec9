/** Which of several cookies holds the refresh token: what a refresh can't do without, and what it rotates. */

import { describe, expect, it } from 'vitest';
import { findHolder } from '../../src/check/which-cookie.ts';
import { answerOf, cookie, onStage, renewal, sessionOf } from './on-stage.ts';

const SIGNED_IN = [cookie('session=token-0; Path=/auth'), cookie('sid=id-0; Path=/auth')];

/** @param needs the cookies without which there is no refresh; @param set what the first refresh has set */
async function found(needs: readonly string[], set: readonly string[] = [], signedIn = SIGNED_IN) {
  const left: string[] = [];
  const { stage } = onStage([], ({ headers }) => {
    const sent = headers.get('cookie') ?? '';
    left.push(sent);
    return needs.every((name) => sent.includes(`${name}=`)) ? renewal() : Response.json({}, { status: 401 });
  });
  const first = await answerOf(renewal(set));
  const session = sessionOf(...signedIn);
  return { holder: await findHolder(stage.endpoint, session, signedIn, first), sent: left, session };
}

describe('is the one', () => {
  it('that there is alone, and nothing is sent', async () => {
    expect(await found([], [], SIGNED_IN.slice(0, 1))).toMatchObject({ holder: 'session', sent: [] });
  });

  it.each(['session', 'sid'])('without which there is no refresh: %s', async (name) => {
    const { holder, sent } = await found([name]);
    expect(holder).toBe(name);
    expect(sent).toEqual(['sid=id-0', 'session=token-0']);
  });

  it.each([
    ['session', 'session=token-1; Path=/auth'],
    ['sid', 'sid=id-1; Path=/auth'],
  ])('that the refresh has rotated, where both are needed: %s', async (name, set) => {
    const again = name === 'sid' ? 'session=token-0; Path=/auth' : 'sid=id-0; Path=/auth';
    expect((await found(['session', 'sid'], [set, again])).holder).toBe(name);
  });
});

describe("can't be told", () => {
  it.each<[string, string[], string[]]>([
    ['none is needed', [], ['session=token-1; Path=/auth']],
    ['both are needed, and none is rotated', ['session', 'sid'], []],
    [
      'both are needed, and one is deleted',
      ['session', 'sid'],
      ['session=; Path=/auth; Max-Age=0', 'sid=id-0; Path=/auth'],
    ],
    ['both are needed, and both rotate', ['session', 'sid'], ['session=token-1; Path=/auth', 'sid=id-1; Path=/auth']],
  ])('where %s', async (_what, needs, set) => {
    expect((await found(needs, set)).holder).toBeUndefined();
  });
});

it('the session keeps all its cookies', async () => {
  const { session } = await found(['session']);
  expect(session).toEqual(sessionOf(...SIGNED_IN));
});
