/** `authServer()`: what goes wrong when a test says so, and what the real client makes of it. */

import type { Fault } from 'silent-refresh/testing';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { login, openPage, serve, signedIn, statusOf } from '../../given/mocked-server.ts';
import { passUntil, stopClocks } from '../../world/clocks.ts';
import { record } from '../../world/tabs.ts';
import { standing } from '../../world/waiting.ts';

describe('faults', () => {
  const outages: [Fault, object][] = [
    ['unavailable', { code: 'refresh-unavailable', retryAfter: expect.any(Number) }],
    ['error', { code: 'refresh-unavailable', retryable: true }],
    ['html', { code: 'refresh-unavailable', retryable: true }],
    ['drop', { code: 'refresh-unavailable', retryable: true }],
    ['challenge', { code: 'refresh-unavailable', retryable: false }],
  ];

  it.each(outages)('a refresh that meets "%s" signs nobody out', async (fault, error) => {
    stopClocks();
    const { server, auth } = await signedIn();
    server.expireAccessTokens();
    const broken = server.fail('refresh', fault, { retryAfter: 3 });
    expect(await passUntil(failureOf(auth.fetch('/api/orders')))).toMatchObject(error);
    expect(auth.getState().status).toBe('signed-in');
    broken.clear();
    await passUntil(new Promise((resolve) => setTimeout(resolve, 60_000)));
    expect(await passUntil(statusOf(auth))).toBe(200);
    expect(server.counts.reuseAlarms).toBe(0);
  });

  it('a refresh that meets "unauthorized" ends the session', async () => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();
    server.fail('refresh', 'unauthorized');
    expect(await failureOf(auth.fetch('/api/orders'))).toMatchObject({ code: 'session-expired' });
  });

  it('an API that meets "challenge" is not worth a refresh, one that meets "unauthorized" is', async () => {
    const { server, auth } = await signedIn();
    const events = record(auth);
    server.fail('api', 'challenge', { times: 1 });
    expect(await statusOf(auth)).toBe(401);
    expect(server.counts.refreshes).toBe(0);
    expect(events).toMatchObject([
      { name: 'challenge', detail: { error: 'insufficient_user_authentication', maxAge: 0 } },
    ]);
    server.fail('api', 'unauthorized', { times: 1 });
    expect(await statusOf(auth)).toBe(200);
    expect(server.counts.refreshes).toBe(1);
  });

  it('they last as long as they are told to; the one before comes back, and recover() ends all', async () => {
    const { server, auth } = await signedIn();
    const statuses = async (count: number) => {
      const seen: (number | string)[] = [];
      for (let at = 0; at < count; at++) seen.push(await statusOf(auth).catch(({ name }) => name));
      return seen;
    };
    server.fail('api', 'error');
    server.fail('api', 'html', { times: 2 });
    server.fail('api', () => new Response(null, { status: 418 }), { times: 1 });
    server.fail('api', () => undefined, { times: 1 });
    expect(await statuses(5)).toEqual([200, 418, 403, 403, 500]);
    server.recover();
    expect(await statuses(1)).toEqual([200]);
    server.fail('api', 'unavailable', { times: 1, retryAfter: 1.5 });
    expect((await auth.fetch('/api/orders')).headers.get('retry-after')).toBe('2');
    server.fail('api', 'drop', { times: 1 });
    expect(await statuses(2)).toEqual(['TypeError', 200]);
  });

  it.each([true, false])('an answer hangs until it is released (after processing: %s)', async (afterProcessing) => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();
    const hanging = server.fail('refresh', 'hang', { afterProcessing });
    const answer = statusOf(auth);
    await hanging.met;
    expect(await standing(answer)).toBe('pending');
    hanging.clear();
    expect(await answer).toBe(200);
    expect(server.counts).toMatchObject({ refreshes: 1, reuseAlarms: 0 });
  });

  it('sign-in and sign-out fail, too', async () => {
    const server = serve();
    const auth = openPage();
    server.fail('signIn', 'error', { times: 1 });
    expect(await failureOf(auth.signIn(() => login('ada')))).toMatchObject({ response: { status: 500 } });
    await auth.signIn(() => login('ada'));
    server.fail('signOut', 'drop');
    expect(await auth.signOut()).toEqual({ serverConfirmed: false });
  });
});
