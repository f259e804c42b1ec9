/** P5: an outage ends no session. Callers are told, a token that is still valid is used, and it works again by itself. */

import { RefreshUnavailableError } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { HOUR, MINUTE } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { down, offline, outages } from '../../given/token-answers.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { goOnline, show } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('an outage ends no session (P5)', () => {
  it.each(outages)('a valid token is used at once in an outage: %s', async (_, answer) => {
    const auth = await adasTab(server);
    show('hidden');
    server.answerRefresh = answer;
    await pass(50_000);
    const responses = [await auth.fetch(`${API}/orders`), await auth.fetch(`${API}/orders`)];

    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(server.apiRequests.map(({ generation }) => generation)).toEqual([1, 1]);
    expect(auth.getState().status).toBe('signed-in');
  });

  it.each(outages)('an expired token gives retryable errors in an outage: %s', async (_, answer) => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    show('hidden');
    await pass(MINUTE);
    server.answerRefresh = answer;
    const errors = await Promise.all([
      failureOf(auth.fetch(`${API}/orders`)),
      failureOf(auth.getAccessToken()),
      failureOf(auth.refresh()),
    ]);

    for (const error of errors) expect(error).toBeInstanceOf(RefreshUnavailableError);
    for (const error of errors) expect(error).toMatchObject({ retryable: true, retryAfter: expect.any(Number) });
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toEqual([]);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('a session that meets a 401 in an outage works again afterwards', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    server.answerRefresh = offline;
    expect(await failureOf(auth.fetch(`${API}/orders`))).toBeInstanceOf(RefreshUnavailableError);
    expect(auth.getState().status).toBe('signed-in');

    server.answerRefresh = undefined;
    const orders = auth.fetch(`${API}/orders`);
    await pass(2_000);
    expect((await orders).status).toBe(200);
  });

  it('what is left of a token is used in an outage', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    show('hidden');
    server.answerRefresh = down;
    await pass(57_000);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('a visible tab that comes back online refreshes without waiting', async () => {
    const auth = await adasTab(server);
    server.answerRefresh = offline;
    await failureOf(auth.refresh());
    const events = record(auth);
    server.answerRefresh = undefined;
    await pass(MINUTE - 1);
    await until(() => events.some(({ name }) => name === 'refreshed'));

    server.answerRefresh = offline;
    server.expireAccessTokens();
    await failureOf(auth.fetch(`${API}/orders`));
    const calls = server.refreshCalls;
    server.answerRefresh = undefined;
    goOnline();
    // No time passes; what was waiting for the pause to end goes on.
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(calls + 1);
  });

  it('a visible tab tries again by its timer until it works', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.answerRefresh = down;
    await pass(3 * MINUTE, 1_000);
    expect(auth.getState().status).toBe('signed-in');
    const calls = server.refreshCalls;
    expect(calls).toBeGreaterThan(3);

    server.answerRefresh = undefined;
    await pass(30_000, 1_000);
    await until(() => events.at(-1)?.name === 'refreshed');
    expect(server.refreshCalls).toBe(calls + 1);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a hidden tab doesn’t try by itself, not even back online', async () => {
    const auth = await adasTab(server);
    show('hidden');
    server.answerRefresh = offline;
    await failureOf(auth.refresh());
    await pass(HOUR, MINUTE);
    goOnline();
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });
});
