/** The option `body` of `bodyRefresh`: what it may give, and what becomes of a session where it gives something else. */

import { runInNewContext } from 'node:vm';
import { bodyRefresh } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { openTab } from '../../world/tabs.ts';
import { tracesOf } from '../../world/traces.ts';

const URL = 'https://id.test/token';
const OAUTH = { access_token: 'access-1', expires_in: 300, refresh_token: 'refresh-1' };

/** What becomes of a session whose refresh can't be written. */
async function refreshWith(options: object) {
  const sent: unknown[] = [];
  const auth = openTab({
    refresh: bodyRefresh({ url: URL, ...options }),
    signOut: undefined,
    fetch: async (_, init) => {
      sent.push(init?.body);
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    },
  });
  await auth.setSession(OAUTH);
  return { error: await failureOf(auth.refresh()), sent, auth };
}

describe('the option `body`', () => {
  it.each<[string, (refreshToken: string) => unknown]>([
    ['URLSearchParams', (refresh_token) => new URLSearchParams({ refresh_token })],
    ['FormData', () => new FormData()],
    ['a Map', (refresh_token) => new Map([['refresh_token', refresh_token]])],
    ['a promise', async (refresh_token) => ({ refresh_token })],
    ['a promise that is rejected', () => Promise.reject(new TypeError('rejected'))],
    ['null', () => null],
    ['a number', () => 7],
    ['an array', (refresh_token) => [refresh_token]],
    ['a string', (refresh_token) => `refresh_token=${refresh_token}`],
    ['nothing', () => {}],
    ['an object of a class', () => new (class Fields {})()],
  ])('%s instead of fields is a wrong set-up, and signs nobody out', async (_, body) => {
    const { error, sent, auth } = await refreshWith({ body });

    expect(error).toMatchObject({
      code: 'refresh-unavailable',
      retryable: false,
      message: expect.stringContaining('bodyRefresh: body gave no plain object'),
    });
    expect(sent).toEqual([]);
    expect(auth.getState().status).toBe('signed-in');
  });

  it.each<[string, object]>([
    [
      'throws',
      {
        body: (refreshToken: string) => {
          throw new TypeError(`What is ${refreshToken}?`);
        },
      },
    ],
    ['gives what is no JSON', { format: 'json', body: (refreshToken: string) => ({ refreshToken, big: 1n }) }],
  ])(
    'one that %s is a wrong set-up; its error may quote the refresh token, and isn’t kept (P9)',
    async (_, options) => {
      const { error, sent, auth } = await refreshWith(options);

      expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: false, cause: undefined });
      expect((error as Error).message).toMatch(
        /: bodyRefresh: body threw an error, or gave what can't be written\. Nobody was signed out/,
      );
      expect(tracesOf('refresh-1', error)).toEqual([]);
      expect(sent).toEqual([]);
      expect(auth.getState().status).toBe('signed-in');
    },
  );

  it('fields without a value aren’t sent', async () => {
    const body = (refresh_token: string) => ({ refresh_token, device: undefined, scope: undefined });
    const asForm = await refreshWith({ body });
    const asJson = await refreshWith({ body, format: 'json' });

    expect(String(asForm.sent[0])).toBe('refresh_token=refresh-1');
    expect(asJson.sent[0]).toBe('{"refresh_token":"refresh-1"}');
  });

  it('objects of another realm, and without a prototype, are plain', async () => {
    for (const plain of [Object.create(null), runInNewContext('({})')]) {
      const { sent } = await refreshWith({ body: (token: string) => Object.assign(plain, { token }) });
      expect(String(sent[0])).toBe('token=refresh-1');
    }
  });

  it('`parameters` take the place of none of its fields', async () => {
    const parameters = { grant_type: 'password', refresh_token: 'another', client_id: 'another', scope: 'orders' };
    const { sent } = await refreshWith({ clientId: 'spa', parameters });

    expect(String(sent[0])).toBe('grant_type=refresh_token&refresh_token=refresh-1&client_id=spa&scope=orders');
  });
});
