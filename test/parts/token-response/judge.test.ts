/** What an answer means, asked of the judge itself: what shows at the client only in rare moments. */

import { beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../../../src/refresh/token-response.ts';
import { type AccessToken, decodeClaims } from '../../../src/session/access-token.ts';
import { now } from '../../../src/wait.ts';
import { jwt } from '../../world/auth-server.ts';
import { jumpWallClock, stopClocks } from '../../world/clocks.ts';

beforeEach(stopClocks);

const answer = (status: number, body: unknown, headers?: Record<string, string>): Response =>
  Response.json(body, { status, ...(headers && { headers }) });

describe('a refusal', () => {
  it.each<[of: string, answer: Response, verdict: object]>([
    ['whose word is in a list has no word', answer(500, { error: ['invalid_grant'] }), { verdict: 'unreachable' }],
    [
      'that speaks of the refresh token beside another word is about the request',
      answer(400, { error: 'invalid_client', message: 'the refresh token is of another client' }),
      { verdict: 'unreachable', isPermanent: true },
    ],
    [
      'that calls a request without a refresh token invalid ends the session',
      answer(400, { error: 'invalid_request', hint: 'there is no refresh token' }),
      { verdict: 'rejected' },
    ],
    [
      'in two parts of one error is read as one',
      answer(200, { errors: [{ code: 'TOKEN', message: 'expired' }] }),
      { verdict: 'rejected' },
    ],
  ])('%s', async (_of, response, verdict) => {
    expect(await judge(response)).toMatchObject(verdict);
  });

  it('that ends the session names no pause', async () => {
    const verdict = await judge(answer(401, { error: 'invalid_grant' }, { 'retry-after': '30' }));

    expect(verdict.verdict).toBe('rejected');
    expect(verdict).not.toHaveProperty('retryAfter');
  });

  it('of parsed JSON, which has no status, is left to its words', async () => {
    expect(await judge({ error: 'invalid_grant' }, { verdict: () => undefined })).toMatchObject({
      verdict: 'rejected',
    });
  });
});

/** Of five minutes, which came with `exp` and `iat` and nothing else. */
function aToken(jti: string): string {
  const iat = Math.floor(Date.now() / 1_000);
  return jwt({ sub: 'ada', jti, iat, exp: iat + 300 });
}

/** A token that this tab has. */
const received = (value: string): AccessToken => ({
  value,
  lifetime: 300_000,
  receivedAt: now(),
  claims: decodeClaims(value),
});

describe('where there is a token', () => {
  it('the same one again is no renewal: its own lifetime is partly over', async () => {
    const value = aToken('first');
    const current = received(value);
    jumpWallClock(100_000);

    expect(await judge({ access_token: value }, {}, { current })).toEqual({
      verdict: 'unchanged',
      grant: { accessToken: current, refreshToken: undefined },
    });
  });

  it('another one lives as long as it says', async () => {
    const current = received(aToken('first'));
    jumpWallClock(100_000);
    const verdict = await judge({ access_token: aToken('second') }, {}, { current });

    expect(verdict).toMatchObject({ verdict: 'renewed', grant: { accessToken: { lifetime: 300_000 } } });
  });

  it('the same one again with a longer life is a renewal', async () => {
    const current = received('opaque');
    jumpWallClock(100_000);
    const verdict = await judge({ access_token: 'opaque', expires_in: 300 }, {}, { current });

    expect(verdict).toMatchObject({ verdict: 'renewed', grant: { accessToken: { lifetime: 300_000 } } });
  });

  it('one that has expired is no reason to take the same one again', async () => {
    const value = aToken('first');
    const current = received(value);
    jumpWallClock(300_000);
    const verdict = await judge(
      Response.json({ access_token: value }, { headers: { date: new Date().toUTCString() } }),
      {},
      { current },
    );

    expect(verdict).toMatchObject({ verdict: 'unreachable', problem: { code: 'token-expired-on-arrival' } });
  });
});
