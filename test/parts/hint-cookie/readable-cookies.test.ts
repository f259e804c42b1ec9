/** Cookies that scripts may read, and what the browser tells of them. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHintCookie, readCookie } from '../../../src/cookies.ts';
import { changeTheme, HINT, setHint, stubCookieStore } from '../../world/hint-cookie.ts';
import { setCookie } from '../../world/page.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a cookie', () => {
  const COOKIES = [
    ['that is there alone', 'xsrf=abc', 'abc'],
    ['among others', 'theme=dark; xsrf=abc; lang=de', 'abc'],
    ['with an equals sign in it', 'xsrf=a=b', 'a=b'],
    ['that is encoded', 'xsrf=a%2Fb%3D', 'a/b='],
    ['that only looks encoded', 'xsrf=100%', '100%'],
    ['without a value', 'theme=dark; xsrf=', ''],
    ['that is missing', 'theme=dark', undefined],
    ['of a longer name', 'my-xsrf=abc; xsrf2=abc', undefined],
  ] as const;

  it.each(COOKIES)('%s', (_, cookies, value) => {
    setCookie(cookies);

    expect(readCookie('xsrf')).toBe(value);
  });

  it('isn’t known where there is no document', () => {
    vi.stubGlobal('document', undefined);

    expect(readCookie('xsrf')).toBeUndefined();
  });
});

describe('the hint cookie', () => {
  it('has a value, or is empty', () => {
    const hint = createHintCookie(HINT);
    expect(hint.read()).toBe('');
    setHint('session-1');
    expect(hint.read()).toBe('session-1');
    setHint('');
    expect(hint.read()).toBe('');
  });

  it('isn’t known without the option', () => {
    setHint('session-1');

    expect(createHintCookie(undefined).read()).toBeUndefined();
  });

  it('isn’t known where there is no document', () => {
    vi.stubGlobal('document', undefined);

    expect(createHintCookie(HINT).read()).toBeUndefined();
  });

  it('isn’t known in a frame that may read no cookies', () => {
    vi.spyOn(document, 'cookie', 'get').mockImplementation(() => {
      throw new DOMException('The document is sandboxed.', 'SecurityError');
    });

    expect(createHintCookie(HINT).read()).toBeUndefined();
  });
});

describe('the browser tells of', () => {
  function watched(name: string | undefined) {
    stubCookieStore();
    const listener = vi.fn();
    return { listener, unwatch: createHintCookie(name).onChange(listener) };
  }

  it('a value that has come, and of its end', () => {
    const { listener } = watched(HINT);
    setHint('session-1');
    expect(listener).toHaveBeenCalledOnce();
    setHint('');
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('no other cookie', () => {
    const { listener } = watched(HINT);
    changeTheme();

    expect(listener).not.toHaveBeenCalled();
  });

  it('several at once', () => {
    const { listener } = watched(HINT);
    const change = { changed: [{ name: 'theme' }, { name: HINT }], deleted: [] };
    cookieStore.dispatchEvent(Object.assign(new Event('change'), change));

    expect(listener).toHaveBeenCalledOnce();
  });

  it('nothing once nobody watches', () => {
    const { listener, unwatch } = watched(HINT);
    unwatch();
    setHint('session-1');

    expect(listener).not.toHaveBeenCalled();
  });

  it('nothing without the option', () => {
    const { listener, unwatch } = watched(undefined);
    setHint('session-1');
    unwatch();

    expect(listener).not.toHaveBeenCalled();
  });

  it('nothing where it tells of no cookie', () => {
    const unwatch = createHintCookie(HINT).onChange(() => {});

    expect(unwatch).not.toThrow();
  });
});
