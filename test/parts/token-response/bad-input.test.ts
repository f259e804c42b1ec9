/** Answers with something wrong in them: what is taken of them, and what isn't. */

import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/refresh/token-response.ts';
import { bearer, json, LEAK, NOW, SECRET } from '../../given/secret-answers.ts';
import { tracesOf } from '../../world/traces.ts';

const TOKEN = bearer({ iat: NOW, exp: NOW + 900 });

/** As a strategy reads it that holds its refresh token itself. */
const readTokens = (body: unknown) => {
  const { access_token, refresh_token } = body as { access_token: string; refresh_token: never };
  return { accessToken: access_token, refreshToken: refresh_token };
};

describe('an answer with something wrong in it', () => {
  it.each([42, null, {}, ['r'], true, ''])('a refresh token that is none is left out: %j', async (refresh_token) => {
    const verdict = await judge(json({ access_token: TOKEN, refresh_token }), { readTokens });
    expect(verdict).toMatchObject({ verdict: 'renewed', grant: { refreshToken: undefined } });
  });

  it('the same refresh token again is taken as it is', async () => {
    const verdict = await judge(json({ access_token: TOKEN, refresh_token: 'r' }), { readTokens });
    expect(verdict).toMatchObject({ grant: { refreshToken: 'r' } });
  });

  it('narrowed scopes change nothing: the API says what the token is good for', async () => {
    const verdict = await judge(json({ access_token: TOKEN, scope: 'less' }));
    expect(verdict).toMatchObject({ verdict: 'renewed', grant: { accessToken: { value: TOKEN } } });
  });

  it.each([
    ['an ID token only', { id_token: SECRET, token_type: 'Bearer' }, /ID token and no access token/],
    ['a DPoP token', { access_token: SECRET, token_type: 'DPoP' }, /DPoP \(RFC 9449\).*isn't supported yet/],
    ['a token of another type', { access_token: SECRET, token_type: 'N_A' }, /no bearer token/],
  ])('%s is refused, and not quoted', async (_, body, why) => {
    for (const answer of [json(body), body]) {
      const verdict = await judge(answer);
      expect(verdict).toMatchObject({ verdict: 'unreachable', isPermanent: true, why: expect.stringMatching(why) });
      expect(tracesOf(LEAK, verdict)).toEqual([]);
    }
  });

  it('OAuth’s words decide in parsed JSON, too', async () => {
    expect(await judge({ error: 'invalid_grant' })).toMatchObject({ verdict: 'rejected' });
    expect(await judge({ error: 'server_error' })).toMatchObject({ verdict: 'unreachable' });
    expect(await judge({ error: 'invalid_client' })).toMatchObject({ isPermanent: true });
  });

  it.each(['constructor', '__proto__', 'toString', 42, null, {}])('%j is no word of OAuth', async (error) => {
    expect(await judge(json({ error }, { status: 401 }))).toMatchObject({ verdict: 'rejected' });
  });

  it('a long refusal isn’t searched for words: it may quote a stack', async () => {
    const body = { message: 'Unauthenticated.', trace: ['VerifyCsrfToken', 'x'.repeat(1_000)] };
    expect(await judge(json(body, { status: 401 }))).toMatchObject({ verdict: 'rejected' });
  });

  it('429 and 503 are tried again, whatever OAuth’s word for the outage is', async () => {
    const headers = { 'Retry-After': '7' };
    for (const status of [429, 503]) {
      const answer = json({ error: 'temporarily_unavailable' }, { status, headers });
      expect(await judge(answer)).toMatchObject({ verdict: 'not-processed', retryAfter: 7_000 });
    }
  });
});
