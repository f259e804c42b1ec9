/** In which shapes tokens are found in an answer, and which shapes only look like one. */

import { describe, expect, it } from 'vitest';
import { keysOf, readKnownShapes, unusableTokens } from '../../../src/refresh/token-shapes.ts';
import { jwt } from '../../world/auth-server.ts';

const JWT = jwt({ sub: 'ada' });

/** An answer with this `Authorization` header. */
const bearing = (authorization: string): Response => new Response(null, { headers: { authorization } });

describe('the access token', () => {
  it.each<[of: string, body: unknown, token: string]>([
    ['a name that says so', { access_token: 'a' }, 'a'],
    ['`data`', { data: { access_token: 'a' } }, 'a'],
    ['`session`', { session: { access_token: 'a' } }, 'a'],
    ['`data` rather than `session`', { data: { accessToken: 'a' }, session: { accessToken: 'b' } }, 'a'],
    ['the top rather than `data`', { access: 'a', data: { access: 'b' } }, 'a'],
    ['`session` where `data` has none', { data: { user: 1 }, session: { access: 'a' } }, 'a'],
    ['nothing where the whole is a response of axios', { headers: {}, data: { access_token: 'a' } }, ''],
    ['`token`, if it is a JWT', { token: JWT }, JWT],
    ['`jwt`, if it is a JWT', { jwt: JWT }, JWT],
    ['no `token` that isn’t a JWT', { token: 'a.b.c' }, ''],
    ['text that is a JWT', ` ${JWT}\n`, JWT],
    ['no text around a JWT', `the token ${JWT}`, ''],
    ['no JWT with words after it', `${JWT} is the token`, ''],
    ['no text of another kind', 'a', ''],
    ['no text that is none', '', ''],
    ['no `data` that is text', { data: JWT }, ''],
    ['no null', null, ''],
    ['no undefined', undefined, ''],
  ])('of %s', (_of, body, token) => {
    expect(readKnownShapes(body, new Response()).accessToken).toBe(token);
    expect(readKnownShapes(body, undefined).accessToken).toBe(token);
  });

  it.each<[header: string, token: string]>([
    ['Bearer a', 'a'],
    ['bearer   a', 'a'],
    ['Bearer a b', ''],
    ['Bearer', ''],
    ['Basic a', ''],
    ['Digest Bearer a', ''],
  ])('of the header "%s" is "%s"', (header, token) => {
    expect(readKnownShapes({ user: 1 }, bearing(header)).accessToken).toBe(token);
  });

  it('of the body counts before that of the header', () => {
    expect(readKnownShapes({ access_token: 'a' }, bearing('Bearer b')).accessToken).toBe('a');
  });
});

it.each<[body: object, expiresIn: unknown, refreshToken: unknown]>([
  [{ access_token: 'a', expires_in: 1, refresh_token: 'r' }, 1, 'r'],
  [{ accessToken: 'a', expiresIn: 2, refreshToken: 's' }, 2, 's'],
  [{ accessToken: 'a', accessTokenExpiresIn: 3 }, 3, undefined],
  [{ access: 'a', refresh: 't' }, undefined, 't'],
  [{ data: { access: 'a', expires_in: 4, refresh: 'u' }, expires_in: 5 }, 4, 'u'],
])('beside the token %o has what belongs to it', (body, expiresIn, refreshToken) => {
  expect(readKnownShapes(body, undefined)).toMatchObject({ expiresIn, refreshToken });
});

describe('tokens that an API of bearer tokens can’t use', () => {
  const NO_BEARER = 'by its token_type it gave no bearer token';

  it.each<[body: unknown, why: unknown]>([
    [{ access_token: 'a' }, undefined],
    [{ access_token: 'a', token_type: 'bEARER' }, undefined],
    [{ access_token: 'a', token_type: 'mac' }, NO_BEARER],
    [{ access_token: 'a', token_type: 'bearer-plus' }, NO_BEARER],
    [{ access_token: 'a', token_type: 'no bearer' }, NO_BEARER],
    [{ access_token: 'a', token_type: 'dpop-like' }, NO_BEARER],
    [{ access_token: 'a', token_type: 'no dpop' }, NO_BEARER],
    [{ access_token: 'a', token_type: 'DPoP' }, expect.stringContaining('RFC 9449')],
    [{ access_token: 'a', token_type: 5 }, undefined],
    [{ token_type: 'mac' }, undefined],
    [{ id_token: 'i' }, expect.stringContaining('ID token')],
    [{ idToken: 'i' }, expect.stringContaining('ID token')],
    [{ access_token: 'a', id_token: 'i' }, undefined],
    [null, undefined],
  ])('%o', (body, why) => {
    expect(unusableTokens(body)).toEqual(why);
  });
});

it.each<[body: unknown, keys: string]>([
  [{}, 'no keys'],
  [null, 'no keys'],
  [{ user: 'ada', role: 'admin' }, 'the keys user, role'],
  [{ ['k'.repeat(29)]: 1 }, `the keys ${'k'.repeat(29)}`],
  // It may be a token.
  [{ ['k'.repeat(30)]: 1 }, 'no keys'],
  [Object.fromEntries([...'abcdefghijk'].map((key) => [key, 1])), 'the keys a, b, c, d, e, f, g, h, i'],
])('%o has %s', (body, keys) => {
  expect(keysOf(body)).toBe(keys);
});
