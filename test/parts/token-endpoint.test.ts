/** One call of the token endpoint: which error becomes which verdict, and which one is shown as the cause. */

import { ConfigurationError, RefreshUnavailableError } from 'silent-refresh';
import { describe, expect, it, vi } from 'vitest';
import { callTokenEndpoint, type TokenEndpoint } from '../../src/refresh/token-endpoint.ts';
import type { AccessToken } from '../../src/session/access-token.ts';
import { now } from '../../src/wait.ts';

type Request = TokenEndpoint['strategy']['request'];

const GOOD = { access_token: 'opaque', expires_in: 300 };

const call = (request: Request, more: Partial<TokenEndpoint> = {}, known: { token?: AccessToken } = {}) =>
  callTokenEndpoint(
    { strategy: { request }, address: undefined, label: 'the refresh function', fetch: globalThis.fetch, ...more },
    new AbortController().signal,
    { token: undefined, refreshToken: 'spent', ...known },
  );

it('the strategy is given the signal, the refresh token, and a fetch of its own', async () => {
  const fetch = vi.fn(async () => Response.json(GOOD));
  const verdict = await call(
    async ({ fetch: theirs, signal, refreshToken }) => {
      expect([signal.aborted, refreshToken]).toEqual([false, 'spent']);
      return theirs('/token', { method: 'POST' });
    },
    { fetch },
  );

  expect(fetch.mock.calls).toEqual([['/token', { method: 'POST' }]]);
  expect(verdict).toMatchObject({ verdict: 'renewed', grant: { accessToken: { value: 'opaque' } } });
});

it('the token of now, given again, is no renewal', async () => {
  const token = { value: 'opaque', lifetime: 300_000, receivedAt: now(), claims: undefined };

  expect(await call(async () => GOOD, {}, { token })).toMatchObject({ verdict: 'unchanged' });
  expect(await call(async () => GOOD)).toMatchObject({ verdict: 'renewed' });
});

it('a Response whose body has been read is a fault of the refresh function', async () => {
  const verdict = await call(async () => {
    const response = Response.json(GOOD);
    await response.text();
    return response;
  });

  expect(verdict).toEqual({
    verdict: 'unreachable',
    why: 'it gave a Response, and its body has been read: give it unread, or its parsed JSON',
    isPermanent: true,
    problem: { code: 'option-failed', option: 'refresh' },
  });
});

describe('an error of fetch', () => {
  it.each([
    ['of the network', () => new TypeError('Failed to fetch'), 'TypeError', true],
    ['of an abort', () => new DOMException('of the app', 'AbortError'), 'AbortError', true],
    // It may quote the request.
    ['of the app’s own fetch', () => new Error('secret'), 'Error', false],
    ['that is none', () => 'secret', 'without an error', false],
  ])('%s', async (_of, errorOf, named, isCause) => {
    const error: unknown = errorOf();
    const verdict = await call(({ fetch }) => fetch('/token'), { fetch: () => Promise.reject(error) });

    expect(verdict).toEqual({
      verdict: 'no-answer',
      why: `the request failed (${named})`,
      cause: isCause ? error : undefined,
    });
  });
});

describe('an error of the strategy', () => {
  it('of its own is no cause: it may quote the answer', async () => {
    expect(await call(() => Promise.reject(new TypeError('secret')))).toEqual({
      verdict: 'no-answer',
      why: 'the request failed (TypeError)',
      cause: undefined,
    });
  });

  it('of ours is told', async () => {
    const error = new RefreshUnavailableError('The backend is busy.');

    expect(await call(() => Promise.reject(error))).toEqual({
      verdict: 'no-answer',
      why: 'the request failed (The backend is busy.)',
      cause: error,
    });
  });

  it('that says what is set up wrongly becomes a part of a sentence', async () => {
    const error = new ConfigurationError('The cookie a.b is missing.');

    expect(await call(() => Promise.reject(error))).toEqual({
      verdict: 'request-refused',
      why: 'The cookie a.b is missing',
      isPermanent: true,
    });
  });
});
