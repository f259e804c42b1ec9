/** The sign-out request: how `signOut` calls its endpoint. */

import { describe, expect, it } from 'vitest';
import { startAuthServer } from '../world/auth-server.ts';
import { setCookie } from '../world/page.ts';
import { openTab } from '../world/tabs.ts';

const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

describe('the sign-out request', () => {
  it('the sign-out is a POST with cookies that outlives its page', async () => {
    const sent: { url: string; init: RequestInit | undefined }[] = [];
    const server = startAuthServer();
    const auth = openTab({
      fetch: async (input, init) => {
        sent.push({ url: String(input), init });
        return new Response(null, { status: 204 });
      },
    });
    await auth.signIn(server.login('ada'));
    await auth.signOut();

    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: 'https://app.test/auth/logout',
      init: {
        method: 'POST',
        credentials: 'include',
        keepalive: true,
        cache: 'no-store',
        redirect: 'manual',
      },
    });
    expect(new Headers(sent[0]?.init?.headers).get('x-requested-with')).toBe('silent-refresh');
    expect(sent[0]?.init).not.toHaveProperty('body');
    expect(new Headers(sent[0]?.init?.headers).has('authorization')).toBe(false);
  });

  it('the sign-out has the method, headers and CSRF token of its options', async () => {
    const server = startAuthServer();
    setCookie('theme=dark; XSRF-TOKEN=a%2Fb%3D; other=1');
    const auth = openTab({
      signOut: {
        url: '/auth/logout',
        method: 'DELETE',
        headers: { 'X-Client': 'web' },
        csrf: { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' },
      },
    });
    await auth.signIn(server.login('ada'));

    expect(await auth.signOut()).toEqual({ serverConfirmed: true });
    expect(server.logoutRequests.map(({ method }) => method)).toEqual(['DELETE']);
    const headers = server.logoutRequests[0]?.headers;
    expect(headers?.get('x-requested-with')).toBe('silent-refresh');
    expect(headers?.get('x-client')).toBe('web');
    expect(headers?.get('x-xsrf-token')).toBe('a/b=');
  });

  it.each([
    ['a 204 that is called HTML, as Django’s', () => new Response(null, { status: 204, headers: HTML }), true],
    ['an empty answer that is called HTML', () => new Response('', { headers: HTML }), true],
    ['an HTML page', () => new Response('<!doctype html>', { headers: HTML }), false],
  ])('%s', async (_, answer, serverConfirmed) => {
    const server = startAuthServer();
    const auth = openTab({ fetch: async () => answer() });
    await auth.signIn(server.login('ada'));
    expect(await auth.signOut()).toEqual({ serverConfirmed });
  });
});
