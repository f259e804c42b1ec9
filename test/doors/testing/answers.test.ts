/** `authServer()` as HTTP: what it answers, header by header. */

import type { Endpoint, Fault } from 'silent-refresh/testing';
import { describe, expect, it } from 'vitest';
import { login, serve } from '../../given/mocked-server.ts';
import { pageFetch } from '../../world/page.ts';

const ADDRESSES = {
  signIn: ['/auth/login', 'POST'],
  refresh: ['/auth/refresh', 'POST'],
  signOut: ['/auth/logout', 'POST'],
  api: ['/api/orders', 'GET'],
} as const satisfies Record<Endpoint, readonly [path: string, method: string]>;

const ask = (endpoint: Endpoint, headers: HeadersInit = {}) => {
  const [path, method] = ADDRESSES[endpoint];
  return pageFetch(path, { method, headers });
};

async function told(answer: Promise<Response>) {
  const response = await answer;
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  const named = ['cache-control', 'retry-after', 'www-authenticate'].map((name) => [name, response.headers.get(name)]);
  const headers = Object.fromEntries(named.filter(([, value]) => value));
  return { status: response.status, body: isJson ? JSON.parse(text) : text, ...headers };
}

const UNSTORED = { 'cache-control': 'no-store' };

describe('a fault', () => {
  it.each<[Fault, Endpoint, object]>([
    [
      'unavailable',
      'refresh',
      { status: 503, body: { error: 'temporarily_unavailable' }, ...UNSTORED, 'retry-after': '3' },
    ],
    ['error', 'refresh', { status: 500, body: { error: 'server_error' }, ...UNSTORED }],
    ['challenge', 'refresh', { status: 401, body: { error: 'invalid_client' }, ...UNSTORED }],
    ['unauthorized', 'refresh', { status: 401, body: { error: 'invalid_grant' }, ...UNSTORED }],
    [
      'challenge',
      'api',
      {
        status: 401,
        body: { error: 'insufficient_user_authentication' },
        ...UNSTORED,
        'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age=0',
      },
    ],
    [
      'unauthorized',
      'api',
      {
        status: 401,
        body: { error: 'invalid_token' },
        ...UNSTORED,
        'www-authenticate': 'Bearer error="invalid_token"',
      },
    ],
  ])('%s, at %s', async (fault, endpoint, answer) => {
    const server = serve();
    server.fail(endpoint, fault, { retryAfter: 2.5 });
    expect(await told(ask(endpoint))).toEqual(answer);
  });

  it('html is a page of a proxy', async () => {
    const server = serve();
    server.fail('refresh', 'html');
    const response = await ask('refresh');
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toMatch(/^<!doctype html><title>403 Forbidden<\/title>/);
  });
});

describe('without a fault', () => {
  it('a wrong password, a visitor’s refresh, and a sign-out', async () => {
    serve({ users: { ada: { password: 'secret' } } });
    expect(await told(login('ada', 'wrong'))).toEqual({
      status: 401,
      body: { error: 'invalid_credentials' },
      ...UNSTORED,
    });
    expect(await told(login('bob'))).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } });
    expect(await told(ask('refresh'))).toEqual({ status: 401, body: { error: 'invalid_grant' }, ...UNSTORED });
    expect(await told(ask('signOut'))).toEqual({ status: 204, body: '' });
  });

  it('tokens, which nobody may store', async () => {
    serve();
    const answer = {
      status: 200,
      body: { access_token: expect.any(String), expires_in: 300, token_type: 'Bearer' },
      ...UNSTORED,
    };
    expect(await told(login('ada'))).toMatchObject(answer);
    expect(await told(ask('refresh'))).toMatchObject(answer);
  });

  it('an API that wants a token, and says why it refuses one', async () => {
    const server = serve();
    const refused = (challenge: string) => ({
      status: 401,
      body: { error: 'invalid_token' },
      ...UNSTORED,
      'www-authenticate': challenge,
    });
    expect(await told(ask('api'))).toEqual(refused('Bearer'));
    expect(await told(ask('api', { Authorization: 'Bearer unknown' }))).toEqual(
      refused('Bearer error="invalid_token"'),
    );
    const { access_token: token } = (await (await login('ada')).json()) as { access_token: string };
    for (const authorization of [`Bearer ${token}`, `bearer   ${token}`])
      expect(await told(ask('api', { Authorization: authorization }))).toEqual({
        status: 200,
        body: { user: 'ada' },
      });
    for (const authorization of [`Token, Bearer ${token}`, `Bearer ${token} and more`])
      expect(await told(ask('api', { Authorization: authorization }))).toEqual(refused('Bearer'));
    server.expireAccessTokens();
    expect(await told(ask('api', { Authorization: `Bearer ${token}` }))).toEqual(
      refused('Bearer error="invalid_token"'),
    );
  });
});
