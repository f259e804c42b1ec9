/** Where tokens may be sent. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { checkUrl, isUrl } from '../../src/safe-url.ts';
import { setBase, withoutPage } from '../world/page.ts';

afterEach(() => vi.unstubAllGlobals());

function verdictOn(url: string | URL): string {
  try {
    return checkUrl('url', url).href;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
}

describe('tokens go to', () => {
  it.each([
    ['https://auth.example.com/refresh', 'https://auth.example.com/refresh'],
    [new URL('https://auth.example.com/refresh'), 'https://auth.example.com/refresh'],
    ['/auth/refresh', 'https://app.test/auth/refresh'],
    ['http://localhost:3000/', 'http://localhost:3000/'],
    ['http://a.b.localhost/', 'http://a.b.localhost/'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000/'],
    ['http://127.10.20.30/', 'http://127.10.20.30/'],
    ['http://[::1]:3000/', 'http://[::1]:3000/'],
  ])('%s', (url, href) => {
    expect(verdictOn(url)).toBe(href);
  });

  it('the page’s own origin, whatever its scheme', () => {
    vi.stubGlobal('origin', 'http://intranet');
    setBase('http://intranet/shop/');

    expect(verdictOn('../auth/refresh')).toBe('http://intranet/auth/refresh');
  });
});

describe('tokens don’t go to', () => {
  const READ_ALONG = 'where tokens can be read: use https.';

  it.each([
    ['http://auth.example.com/', `url is on http://auth.example.com, ${READ_ALONG}`],
    ['http://localhost.example.com/', `url is on http://localhost.example.com, ${READ_ALONG}`],
    ['http://mylocalhost/', `url is on http://mylocalhost, ${READ_ALONG}`],
    ['http://.localhost/', `url is on http://.localhost, ${READ_ALONG}`],
    ['http://my127.0.0.1.example.com/', `url is on http://my127.0.0.1.example.com, ${READ_ALONG}`],
    ['http://128.0.0.1/', `url is on http://128.0.0.1, ${READ_ALONG}`],
    ['http://x-127.0.0.localhosts/', `url is on http://x-127.0.0.localhosts, ${READ_ALONG}`],
    ['ws://localhost/', `url is on ws://localhost, ${READ_ALONG}`],
    ['ftp://auth.example.com/', `url is on ftp://auth.example.com, ${READ_ALONG}`],
  ])('%s', (url, why) => {
    expect(verdictOn(url)).toBe(why);
  });

  it.each(['https://ada@auth.example.com/', 'https://:secret@auth.example.com/', 'https://ada:secret@a.example/'])(
    'a URL with a user or a password, and it isn’t quoted: %s',
    (url) => {
      expect(verdictOn(url)).toBe('url is a URL with a user name or password: browsers refuse it.');
    },
  );

  it('what can’t be resolved', () => {
    expect(verdictOn('https://')).toBe("url is 'https://', which can't be resolved here: give an absolute URL.");
    expect(withoutPage(() => verdictOn('/auth/refresh'))).toBe(
      "url is '/auth/refresh', which can't be resolved here: give an absolute URL.",
    );
  });
});

it('a URL is a string or a URL', () => {
  expect(['/auth', new URL('https://a.test'), { href: '/auth' }, undefined, 1].map(isUrl)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
