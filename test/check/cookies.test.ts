/** Cookies as the command keeps them: read from a jar and from Set-Cookie, sent where a browser sends them. */

import { describe, expect, it } from 'vitest';
import { goesTo, isDeleted, readJar, readSetCookie, withCookie } from '../../src/check/cookies.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const ENDPOINT = new URL('https://id.example.com/auth/refresh');
const set = (header: string) => readSetCookie(header, ENDPOINT, NOW);

describe('a Netscape cookie jar', () => {
  it('is read with its flags', () => {
    const jar = [
      '# Netscape HTTP Cookie File',
      '',
      '#HttpOnly_id.example.com\tFALSE\t/auth\tTRUE\t1767229200\tsession\tabc=def',
      '.example.com\tTRUE\t/\tFALSE\t0\tXSRF-TOKEN\t',
      'no cookie',
    ];
    const [session, csrf, ...more] = readJar(jar.join('\r\n'));
    expect(session).toMatchObject({
      name: 'session',
      value: 'abc=def',
      path: '/auth',
      isHttpOnly: true,
      isSecure: true,
    });
    expect(session).toMatchObject({ domain: 'id.example.com', isHostOnly: true, expires: 1_767_229_200_000 });
    expect(csrf).toMatchObject({ domain: 'example.com', isHostOnly: false, expires: undefined, isHttpOnly: false });
    expect(more).toEqual([]);
  });
});

describe('Set-Cookie', () => {
  it('is read with its attributes, whatever their case', () => {
    expect(set('a=b=c; HTTPONLY; secure; samesite=LAX; path=/auth; max-age=60; Partitioned')).toEqual({
      name: 'a',
      value: 'b=c',
      domain: 'id.example.com',
      isHostOnly: true,
      path: '/auth',
      isSecure: true,
      isHttpOnly: true,
      expires: NOW + 60_000,
      sameSite: 'lax',
      isPartitioned: true,
      size: 4,
    });
  });

  it('without a path has the folder of its URL', () => {
    expect(set('a=b').path).toBe('/auth');
    expect(set('a=b; Path=auth').path).toBe('/auth');
    expect(readSetCookie('a=b', new URL('https://x.test/refresh'), NOW).path).toBe('/');
  });

  it('Max-Age comes before Expires', () => {
    expect(set('a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9').expires).toBe(NOW + 9_000);
    expect(isDeleted(set('a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'), NOW)).toBe(true);
    expect(isDeleted(set('a=; Max-Age=0'), NOW)).toBe(true);
    expect(isDeleted(set('a=b'), NOW)).toBe(false);
  });
});

describe('what a browser keeps', () => {
  it('another value in place of the one before, and a cookie of another path beside it', () => {
    const cookies = withCookie([set('a=1; Path=/auth')], set('a=2; Path=/auth'), NOW);
    expect(cookies.map(({ value }) => value)).toEqual(['2']);
    expect(withCookie(cookies, set('a=3; Path=/'), NOW)).toHaveLength(2);
    expect(withCookie(cookies, set('a=; Path=/auth; Max-Age=0'), NOW)).toEqual([]);
  });
});

describe('where it is sent', () => {
  it.each([
    ['a=b; Path=/auth', 'https://id.example.com/auth/refresh', true],
    ['a=b; Path=/auth', 'https://id.example.com/auth', true],
    ['a=b; Path=/', 'https://id.example.com/other', true],
    ['a=b; Path=/auth', 'https://id.example.com/authors', false],
    ['a=b; Path=/auth', 'https://www.id.example.com/auth/refresh', false],
    ['a=b; Path=/; Domain=.example.com', 'https://www.example.com/', true],
    ['a=b; Path=/; Domain=example.com', 'https://badexample.com/', false],
  ])('%s to %s: %s', (header, url, expected) => {
    expect(goesTo(set(header), new URL(url))).toBe(expected);
  });
});
