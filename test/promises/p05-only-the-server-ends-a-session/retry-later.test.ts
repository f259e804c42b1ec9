/** P5: a token endpoint that says "later", by 429, 503 or `Retry-After`, is left alone until then. */

import { type AuthClient, RefreshUnavailableError } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { HOUR, MINUTE } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { busy } from '../../given/token-answers.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { goOnline, show } from '../../world/page.ts';
import { openTabs, record } from '../../world/tabs.ts';
import { rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('a server that says "later" is obeyed (P5)', () => {
  it.each([429, 503])('a %i with Retry-After in seconds is sent again just then', async (status) => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    server.answerRefresh = () => busy('5', status);
    const orders = auth.fetch(`${API}/orders`);
    await until(() => server.refreshCalls === 1);
    await rest();
    server.answerRefresh = undefined;
    await pass(4_999);
    expect(server.refreshCalls).toBe(1);
    await pass(1);

    expect((await orders).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
  });

  it.each([429, 503])('a %i without Retry-After is sent again after a pause', async (status) => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    server.answerRefresh = () => Response.json({}, { status });
    const orders = auth.fetch(`${API}/orders`);
    await until(() => server.refreshCalls === 1);
    await rest();
    server.answerRefresh = undefined;
    await pass(999);
    expect(server.refreshCalls).toBe(1);
    await pass(1_001);
    expect((await orders).status).toBe(200);
    expect(server.refreshCalls).toBe(2);
  });

  it.each([
    ['right', 0],
    ['a day ahead', 24 * HOUR],
    ['a day behind', -24 * HOUR],
  ])('Retry-After as a date counts from the server’s Date, clocks being %s', async (_, off) => {
    const auth = await adasTab(server);
    const date = (ms: number) => new Date(Math.floor(Date.now() / 1_000) * 1_000 - off + ms).toUTCString();
    server.answerRefresh = () => busy(date(HOUR), 503, { Date: date(0) });
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: HOUR });
  });

  it.each(['', 'soon', '-5', '1.5', '1795315127', new Date(0).toUTCString()])(
    'a senseless Retry-After leads to the usual backoff: "%s"',
    async (value) => {
      const auth = await adasTab(server, { refreshTimeout: 500 });
      server.answerRefresh = () => busy(value);
      const { retryAfter } = (await failureOf(auth.refresh())) as RefreshUnavailableError;
      expect(retryAfter).toBeGreaterThanOrEqual(1_000);
      expect(retryAfter).toBeLessThanOrEqual(2_000);
    },
  );

  it('an hour is the most that a server may ask for', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    server.answerRefresh = () => busy('86400');
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: HOUR });
  });

  it.each([
    ['a captive portal’s 200', 200, undefined],
    ['a firewall’s 403', 403, undefined],
    ['a maintenance page’s 503', 503, 60_000],
  ])('the Retry-After of an HTML page: %s', async (_, status, named) => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    const headers = { 'Content-Type': 'text/html', 'Retry-After': '60' };
    server.answerRefresh = () => new Response('<html></html>', { status, headers });
    const { retryAfter } = (await failureOf(auth.refresh())) as RefreshUnavailableError;
    if (named) expect(retryAfter).toBe(named);
    else expect(retryAfter).toBeLessThanOrEqual(2_000);
  });

  it('Retry-After: 0 is still a pause of a second', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    server.answerRefresh = () => busy('0');
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 1_000 });
  });

  it('a pause longer than refreshTimeout is told at once', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    server.answerRefresh = () => busy('3600');
    expect(await failureOf(auth.fetch(`${API}/orders`))).toMatchObject({
      code: 'refresh-unavailable',
      retryable: true,
      retryAfter: HOUR,
    });
    server.answerRefresh = undefined;
    await pass(30 * MINUTE, MINUTE);
    expect(await failureOf(auth.fetch(`${API}/orders`))).toMatchObject({ retryAfter: 30 * MINUTE });
    goOnline();
    await pass(30 * MINUTE - 1, MINUTE);
    expect(server.refreshCalls).toBe(1);

    // The visible tab takes it up by itself.
    await pass(1);
    await until(() => server.refreshCalls === 2);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a server that always says “later” isn’t asked for ever', async () => {
    const auth = await adasTab(server);
    show('hidden');
    server.expireAccessTokens();
    server.answerRefresh = () => busy('4', 503);
    const orders = failureOf(auth.fetch(`${API}/orders`));
    await pass(HOUR, 1_000);
    expect(await orders).toBeInstanceOf(RefreshUnavailableError);
    expect(server.refreshCalls).toBe(3);
  });

  it('the other tabs obey a pause, too', async () => {
    const [first, second] = openTabs(2) as [AuthClient, AuthClient];
    await first.signIn(server.login('ada'));
    await until(() => second.getState().status === 'signed-in');
    server.expireAccessTokens();
    server.answerRefresh = () => busy('3600');
    await failureOf(first.fetch(`${API}/orders`));
    await rest();
    expect(await failureOf(second.fetch(`${API}/orders`))).toMatchObject({ retryAfter: HOUR });
    expect(server.refreshCalls).toBe(1);
  });

  it('signing in stays possible during a pause, and ends it', async () => {
    const auth = await adasTab(server);
    server.answerRefresh = () => busy('3600');
    await failureOf(auth.refresh());
    server.answerRefresh = undefined;
    await auth.signIn(server.login('ada'));
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);

    // Ahead of the new token's expiry, the refresh goes out as ever.
    await pass(52_000, 1_000);
    await until(() => server.refreshCalls === 2);
  });
});

describe('a date that only this machine’s clock can read (P10)', () => {
  it('a distant Retry-After that only this clock can read is ignored', async () => {
    const auth = await adasTab(server);
    const inADay = new Date(Date.now() + 24 * HOUR).toUTCString();
    server.answerRefresh = () => new Response('{}', { status: 429, headers: { 'retry-after': inADay } });
    const events = record(auth);
    void auth.refresh();
    await until(() => events.length);

    const [{ detail } = { detail: undefined }] = events;
    const { error } = detail as { error: RefreshUnavailableError };
    expect(error.retryAfter).toBeGreaterThanOrEqual(1_000);
    expect(error.retryAfter).toBeLessThanOrEqual(30_000);
  });
});
