/** A browser's `fetch`, in Node: with a jar of cookies, which all of its tabs share, and `document.cookie`. */

import { PAGE_URL, setCookie } from '../world/page.ts';

export interface CookieJar {
  readonly fetch: typeof fetch;
  /** By name. */
  readonly cookies: Map<string, string>;
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, string>();
  const httpOnly = new Set<string>();
  return {
    cookies,
    async fetch(input, init) {
      const request = new Request(input, init);
      if (new URL(request.url).hostname !== '127.0.0.1')
        throw new TypeError(`${request.url} is none of the test’s servers`);
      // As browsers do it for all but reads.
      if (request.method !== 'GET') request.headers.set('Origin', new URL(PAGE_URL).origin);
      // Node keeps no cookies, and sends what it is told to. As the page's origin counts that of the server.
      const isAllowed = init?.credentials !== 'omit';
      if (isAllowed && cookies.size)
        request.headers.set('Cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
      const response = await fetch(request);
      for (const cookie of isAllowed ? response.headers.getSetCookie() : []) keep(cookie);
      showToPage();
      return response;
    },
  };

  function keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    const [, expires] = /;\s*expires=([^;]+)/i.exec(cookie) ?? [];
    const isGone = /;\s*max-age=0/i.test(cookie) || (expires && Date.parse(expires) < Date.now());
    if (/;\s*httponly/i.test(cookie)) httpOnly.add(name);
    if (isGone) cookies.delete(name);
    else cookies.set(name, value);
  }

  /** What scripts may read. */
  function showToPage(): void {
    const readable = [...cookies].filter(([name]) => !httpOnly.has(name));
    setCookie(readable.map((pair) => pair.join('=')).join('; '));
  }
}
