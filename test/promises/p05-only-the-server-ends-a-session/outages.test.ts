/** P5 and P4: only the server ends a session. When it can't be reached, callers are told, it is left alone, it works again. */

import {
  type AuthClient,
  type AuthClientOptions,
  cookieRefresh,
  RefreshUnavailableError,
  SessionExpiredError,
} from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { HOUR, MINUTE } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { holdLock } from '../../given/held-locks.ts';
import { times } from '../../given/times.ts';
import { busy, down, offline, outages } from '../../given/token-answers.ts';
import { API, type AuthServer, startAuthServer, TOKEN_ENDPOINT } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { goOnline, setCookie, show } from '../../world/page.ts';
import { newBrowser, openTab, openTabs, record } from '../../world/tabs.ts';
import { tokenAnswer } from '../../world/tokens.ts';
import { tracesOf } from '../../world/traces.ts';
import { gate, rest, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** A new tab gives the others a moment to answer before it asks the server. */
const othersStaySilent = () => pass(40);

describe('an outage ends no session (P5, 19)', () => {
  it.each(outages)('%s: a still-valid token keeps being used, at once', async (_, answer) => {
    const auth = await adasTab(server);
    show('hidden');
    server.answerRefresh = answer;
    await pass(50_000);
    const responses = [await auth.fetch(`${API}/orders`), await auth.fetch(`${API}/orders`)];

    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(server.apiRequests.map(({ generation }) => generation)).toEqual([1, 1]);
    expect(auth.getState().status).toBe('signed-in');
  });

  it.each(outages)(
    '%s: once the token has expired, callers get a retryable error and nothing is sent',
    async (_, answer) => {
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
    },
  );

  it('a 401 in an outage: a retryable error; the session is kept and works again after it', async () => {
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

  it('about to expire, with the auth server down: what is left of the token is used', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    show('hidden');
    server.answerRefresh = down;
    await pass(57_000);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('back online, a visible tab refreshes by itself, without waiting for the end of its pause', async () => {
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

  it('a hidden tab doesn’t try by itself, not even back online (24)', async () => {
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

describe('after a lost answer nothing is sent again at once (P3, P4, P5, 3, 9)', () => {
  it.each<[string, () => Response]>([
    ['the answer is lost', offline],
    ['504', () => Response.json({}, { status: 504 })],
    ['a 200 without a token', () => Response.json({})],
    ['a 200 with an expired token', () => Response.json({ access_token: 'a', expires_in: 0 })],
  ])('%s: one call; the next demand makes the next one, behind the cool-down', async (_, answer) => {
    const auth = await adasTab(server);
    show('hidden');
    server.expireAccessTokens();
    server.answerRefresh = async () => {
      await until(() => server.apiRequests.length === 50);
      await rest();
      return answer();
    };
    const errors = await Promise.all(times(50, (i) => failureOf(auth.fetch(`${API}/${i}`))));
    expect(errors.every((error) => error instanceof RefreshUnavailableError)).toBe(true);
    await pass(5 * MINUTE, MINUTE);
    expect(server.refreshCalls).toBe(1);

    server.answerRefresh = answer;
    await failureOf(auth.refresh());
    expect(server.refreshCalls).toBe(2);
    server.answerRefresh = undefined;
    const demands = times(50, (i) => auth.fetch(`${API}/${i}`));
    await pass(999);
    expect(server.refreshCalls).toBe(2);
    await pass(4_000);
    expect((await Promise.all(demands)).every(({ ok }) => ok)).toBe(true);
    expect(server.refreshCalls).toBe(3);
    expect(server.reuseAlarms).toBe(0);
  });

  it('when time is up callers are told; the request runs on, and its token is kept', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const waiting = times(3, () => failureOf(auth.fetch(`${API}/orders`)));
    await held.arrived;
    await pass(9_999);
    expect(await standing(Promise.race(waiting))).toBe('pending');
    await pass(1);
    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(RefreshUnavailableError);
      expect(error).toMatchObject({ message: expect.stringContaining('the request runs on') });
    }
    expect(auth.getState().status).toBe('signed-in');

    const state = auth.getState();
    held.release();
    await until(() => auth.getState() !== state);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(server).toMatchObject({ refreshCalls: 1, overlaps: 0, reuseAlarms: 0 });
  });

  it('a demand made while the late request still runs waits for that one, and sends none of its own', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const first = failureOf(auth.fetch(`${API}/orders`));
    await held.arrived;
    await pass(10_000);
    await first;
    const second = auth.fetch(`${API}/orders`);
    await pass(5_000);
    held.release();

    expect((await second).status).toBe(200);
    expect(server).toMatchObject({ refreshCalls: 1, overlaps: 0, reuseAlarms: 0 });
  });

  it('`refreshTimeout` says how long callers wait', async () => {
    const auth = await adasTab(server, { refreshTimeout: 2_000 });
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const waiting = failureOf(auth.fetch(`${API}/orders`));
    await held.arrived;
    await pass(1_999);
    expect(await standing(waiting)).toBe('pending');
    await pass(1);
    expect(await waiting).toBeInstanceOf(RefreshUnavailableError);
    held.release();
  });

  it('a request that never ends is given up after three times as long, and the session lives on (P12)', async () => {
    const signals: AbortSignal[] = [];
    const auth = await adasTab(server, {
      refresh: ({ signal }) => {
        signals.push(signal);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    show('hidden');
    const events = record(auth);
    const first = failureOf(auth.refresh());
    await pass(10_000);
    expect(await first).toBeInstanceOf(RefreshUnavailableError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await pass(20_000, 1_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed']);
    expect(auth.getState().status).toBe('signed-in');
  });
});

describe('a server that says "later" is obeyed (P5, 20)', () => {
  it.each([429, 503])('%i, Retry-After in seconds: sent again by itself then, and not before', async (status) => {
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

  it.each([429, 503])('%i without Retry-After: sent again by itself after a pause', async (status) => {
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
  ])('Retry-After as a date counts from the server’s own Date; this machine’s clock is %s (21)', async (_, off) => {
    const auth = await adasTab(server);
    const date = (ms: number) => new Date(Math.floor(Date.now() / 1_000) * 1_000 - off + ms).toUTCString();
    server.answerRefresh = () => busy(date(HOUR), 503, { Date: date(0) });
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: HOUR });
  });

  it.each(['', 'soon', '-5', '1.5', new Date(0).toUTCString()])(
    'Retry-After "%s" says nothing: backoff',
    async (value) => {
      const auth = await adasTab(server, { refreshTimeout: 500 });
      server.answerRefresh = () => busy(value);
      const { retryAfter } = (await failureOf(auth.refresh())) as RefreshUnavailableError;
      expect(retryAfter).toBeGreaterThanOrEqual(1_000);
      expect(retryAfter).toBeLessThanOrEqual(2_000);
    },
  );

  it('Retry-After: 0 is still a pause of a second', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    server.answerRefresh = () => busy('0');
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 1_000 });
  });

  it('a pause that doesn’t fit into refreshTimeout: told at once with `retryAfter`, and no call before its end', async () => {
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

  it('a server that says "later" each time is asked only as long as callers wait', async () => {
    const auth = await adasTab(server);
    show('hidden');
    server.expireAccessTokens();
    server.answerRefresh = () => busy('4', 503);
    const orders = failureOf(auth.fetch(`${API}/orders`));
    await pass(HOUR, 1_000);
    expect(await orders).toBeInstanceOf(RefreshUnavailableError);
    expect(server.refreshCalls).toBe(3);
  });

  it('the other tabs obey it too', async () => {
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

describe('a date that only this machine’s clock can read (P10, 21)', () => {
  it('a Retry-After of a day, without the server’s own Date, is this clock’s error: backoff instead', async () => {
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

describe('backoff (P5, 20)', () => {
  it.each<[string, number, number[]]>([
    ['never less than a second', 0, [1_000, 1_000, 1_000, 1_000, 1_000, 1_000]],
    ['twice as long each time, never more than 30 s', 1, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['full jitter between the two', 0.5, [1_500, 2_500, 4_500, 8_500, 15_500, 15_500]],
  ])('%s', async (_, random, pauses) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const auth = await adasTab(server);
    const events = record(auth);
    server.answerRefresh = down;
    // The visible tab's own refresh, ahead of expiry, is the first to fail.
    await pass(MINUTE - 12_000 * (0.8 + random / 5));
    await until(() => events.length === 1);
    for (const [index, pause] of pauses.entries()) {
      expect(events.at(-1)?.detail).toMatchObject({ error: { retryAfter: pause } });
      await pass(pause - 1);
      expect(server.refreshCalls).toBe(index + 1);
      await pass(1);
      await until(() => events.length === index + 2);
    }
  });

  it('begins anew after a success', async () => {
    const auth = await adasTab(server);
    vi.spyOn(Math, 'random').mockReturnValue(1);
    show('hidden');
    server.answerRefresh = down;
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 2_000 });
    await pass(2_000);
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 4_000 });
    await pass(4_000);
    server.answerRefresh = undefined;
    await auth.refresh();
    server.answerRefresh = down;
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 2_000 });
  });

  it('a caller whose pause is short waits it out; one whose pause is too long is told at once', async () => {
    const auth = await adasTab(server, { refreshTimeout: 3_000 });
    vi.spyOn(Math, 'random').mockReturnValue(1);
    show('hidden');
    server.answerRefresh = down;
    await failureOf(auth.refresh());
    const second = failureOf(auth.refresh());
    expect(await standing(second)).toBe('pending');
    await pass(2_000);
    expect(await second).toMatchObject({ retryAfter: 4_000 });
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 4_000 });
    expect(server.refreshCalls).toBe(2);
  });
});

describe('a dead session makes no storm (P5, 20, 41)', () => {
  it('one call, then everybody is told, and nothing is asked again', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.revoke('ada');
    const errors = await Promise.all(times(50, (i) => failureOf(auth.fetch(`${API}/${i}`))));

    expect(errors.every((error) => error instanceof SessionExpiredError && !error.retryable)).toBe(true);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    expect(events.map(({ name }) => name)).toEqual(['refresh-failed', 'signed-out']);

    const later = await Promise.all(times(50, (i) => auth.fetch(`${API}/${i}`)));
    expect(later.every(({ status }) => status === 401)).toBe(true);
    expect(server.apiRequests.slice(-50).every(({ authorization }) => authorization === null)).toBe(true);
    goOnline();
    show('visible');
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('the cookie never arrives: the sign-in lasts as long as its token, then one attempt, and no loop (41)', async () => {
    const auth = await adasTab(server);
    server.cookie = undefined;
    await pass(MINUTE, 1_000);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
    await auth.fetch(`${API}/orders`);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('the cookie never arrives at page load: one attempt, "no-session", and no loop (41)', async () => {
    const auth = openTab();
    const orders = auth.fetch(`${API}/orders`);
    await othersStaySilent();
    expect((await orders).status).toBe(401);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'no-session' });
    for (let visit = 0; visit < 20; visit++) await auth.fetch(`${API}/orders`);
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(1);
  });

  it('refresh() may still ask, for a session that began elsewhere', async () => {
    const auth = openTab();
    const nobody = auth.restore();
    await othersStaySilent();
    await nobody;
    server.signIn('ada');
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('signing in works after it', async () => {
    const auth = await adasTab(server);
    server.revoke('ada');
    await failureOf(auth.refresh());
    await auth.signIn(server.login('bob'));
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'bob' });
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });
});

describe('restore()', () => {
  it('signs in silently where the server knows the cookie', async () => {
    server.signIn('ada');
    const auth = openTab();
    const events = record(auth);
    const restored = auth.restore();
    await othersStaySilent();
    expect(await restored).toMatchObject({ status: 'signed-in', subject: 'ada' });
    expect(await restored).toBe(auth.getState());
    expect(events).toEqual([{ name: 'signed-in', detail: { subject: 'ada' } }]);
  });

  it('an anonymous visitor: one call, "no-session", and no event', async () => {
    const auth = openTab();
    const events = record(auth);
    const restored = auth.restore();
    await othersStaySilent();
    expect(await restored).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(await auth.restore()).toBe(await restored);
    expect(events).toEqual([]);
    expect(server.refreshCalls).toBe(1);
  });

  it('is shared: calls, fetches and getAccessToken() together cost one refresh (43)', async () => {
    server.signIn('ada');
    const auth = openTab();
    const states = times(55, () => auth.restore());
    const responses = times(55, () => auth.fetch(`${API}/orders`));
    const token = auth.getAccessToken();
    await othersStaySilent();

    expect(new Set(await Promise.all(states)).size).toBe(1);
    expect((await Promise.all(responses)).every(({ ok }) => ok)).toBe(true);
    expect(await token).toEqual(expect.any(String));
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(55);
  });

  it('a first fetch restores by itself, and is sent with the token', async () => {
    server.signIn('ada');
    const auth = openTab();
    const orders = auth.fetch(`${API}/orders`);
    await othersStaySilent();
    expect((await orders).status).toBe(200);
    expect(server.apiRequests).toHaveLength(1);
    expect(auth.getState().status).toBe('signed-in');
  });

  it.each(outages)(
    '%s: rejects, stays `restoring`, and goes on by itself until signed in (19, 45)',
    async (_, answer) => {
      server.signIn('ada');
      server.answerRefresh = answer;
      const auth = openTab({ refreshTimeout: 500 });
      const events = record(auth);
      const restored = failureOf(auth.restore());
      await othersStaySilent();
      expect(await restored).toBeInstanceOf(RefreshUnavailableError);
      expect(auth.getState()).toEqual({ status: 'restoring' });
      await pass(MINUTE, 500);
      expect(auth.getState()).toEqual({ status: 'restoring' });

      server.answerRefresh = undefined;
      await pass(31_000, 500);
      await until(() => auth.getState().status === 'signed-in');
      expect(events.at(-1)?.name).toBe('signed-in');
      expect(events.slice(0, -1).every(({ name }) => name === 'refresh-failed')).toBe(true);
    },
  );

  it('offline at page load: signed in as soon as the network is back', async () => {
    server.signIn('ada');
    server.answerRefresh = offline;
    const auth = openTab();
    const restored = failureOf(auth.restore());
    await othersStaySilent();
    await restored;
    server.answerRefresh = undefined;
    goOnline();
    await othersStaySilent();
    await until(() => auth.getState().status === 'signed-in');
    expect(server.refreshCalls).toBe(2);
  });

  it('an answer that never comes: it goes on by itself all the same (P12)', async () => {
    const refresh = vi.fn(async () => server.signIn('ada'));
    // Deaf to its signal, too.
    refresh.mockImplementationOnce(() => new Promise(() => {}));
    const auth = openTab({ refresh });
    const restored = failureOf(auth.restore());
    await pass(11_000, 1_000);
    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    await pass(MINUTE, 1_000);
    await until(() => auth.getState().status === 'signed-in');
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('another tab is frozen while it holds the lock: it goes on by itself when that tab wakes (12)', async () => {
    server.signIn('ada');
    const name = newBrowser();
    const wake = await holdLock(name);
    const auth = openTab({ name });
    const restored = failureOf(auth.restore());
    await pass(HOUR, 10_000);
    expect(await restored).toBeInstanceOf(RefreshUnavailableError);
    expect(server.refreshCalls).toBe(0);
    void wake();
    await pass(20_000, 1_000);
    await until(() => auth.getState().status === 'signed-in');
    expect(server.refreshCalls).toBe(1);
  });

  it('a fetch that waited for a restore in vain is told, and was not sent without the token', async () => {
    server.answerRefresh = offline;
    const auth = openTab();
    const orders = failureOf(auth.fetch(`${API}/orders`));
    await othersStaySilent();
    expect(await orders).toBeInstanceOf(RefreshUnavailableError);
    expect(server.apiRequests).toEqual([]);
  });

  it('a rejection that nobody handles is no unhandled rejection (P12)', async () => {
    server.answerRefresh = offline;
    const auth = openTab();
    void auth.restore();
    await othersStaySilent();
    void auth.refresh();
    await pass(10_000, 1_000);
    expect(auth.getState().status).toBe('restoring');
  });

  it('before anybody asks, nothing is sent', async () => {
    server.signIn('ada');
    const auth = openTab();
    goOnline();
    show('visible');
    await pass(HOUR, MINUTE);
    expect(server.refreshCalls).toBe(0);
    expect(auth.getState().status).toBe('restoring');
  });
});

describe('refresh()', () => {
  it('joins a refresh in flight, whoever started it', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const orders = auth.fetch(`${API}/orders`);
    await held.arrived;
    const states = [auth.refresh(), auth.refresh()];
    held.release();

    expect(await Promise.all(states)).toEqual([auth.getState(), auth.getState()]);
    expect((await orders).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });

  it('refreshes though the token is still good', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    expect(await auth.refresh()).toMatchObject({ status: 'signed-in', claims: { gen: 2 } });
    expect(events).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });
});

describe('`refresh-failed` tells what went wrong', () => {
  it('with the error, once for each failed call, frozen', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.answerRefresh = () => busy('3600');
    const errors = await Promise.all([failureOf(auth.refresh()), failureOf(auth.refresh())]);

    expect(events).toEqual([{ name: 'refresh-failed', detail: { error: errors[0] } }]);
    expect(errors[1]).toBe(errors[0]);
    expect(errors[0]).toMatchObject({
      name: 'RefreshUnavailableError',
      code: 'refresh-unavailable',
      retryable: true,
      retryAfter: HOUR,
      message: `${TOKEN_ENDPOINT} can't refresh just now: it answered 429, application/json. Nobody was signed out; try again.`,
    });
    expect(Object.isFrozen(events[0]?.detail)).toBe(true);
  });

  it('with the network’s own error as its cause, and so has the error of each request that waited', async () => {
    const auth = await adasTab(server);
    const events = record(auth);
    server.expireAccessTokens();
    server.answerRefresh = offline;
    const error = await failureOf(auth.fetch(`${API}/orders`));
    const failed = (events[0]?.detail as { error: Error } | undefined)?.error;
    expect(failed?.cause).toBeInstanceOf(TypeError);
    expect((error as Error).cause).toBe(failed?.cause);
  });
});

describe('the refresh request (P1, P4, 39, 40)', () => {
  /** Refreshes once through a fetch that notes what it was given. */
  async function sent(refresh: AuthClientOptions['refresh'] = '/auth/refresh') {
    const request = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init));
    const auth = await adasTab(server, { refresh, fetch: request });
    await auth.refresh();
    const [input, init] = request.mock.calls[0] ?? [];
    return { url: String(input), init, headers: new Headers(init?.headers), calls: request.mock.calls.length };
  }

  it('is a POST with cookies that outlives its page, is answered by no cache, and follows no redirect', async () => {
    const { url, init, headers, calls } = await sent();
    expect(url).toBe(TOKEN_ENDPOINT);
    expect(init).toMatchObject({
      method: 'POST',
      credentials: 'include',
      keepalive: true,
      cache: 'no-store',
      redirect: 'manual',
    });
    expect(init?.body).toBeUndefined();
    expect(headers.get('x-requested-with')).toBe('silent-refresh');
    expect(headers.get('accept')).toBe('application/json');
    expect(headers.has('authorization')).toBe(false);
    expect(calls).toBe(1);
  });

  it('takes its URL relative to the page, or as it is', async () => {
    expect((await sent('auth/refresh')).url).toBe(TOKEN_ENDPOINT);
    expect((await sent(new URL(TOKEN_ENDPOINT))).url).toBe(TOKEN_ENDPOINT);
  });

  it('cookieRefresh changes the method, the headers and the credentials; keepalive and no-store stay', async () => {
    const { init, headers } = await sent(
      cookieRefresh({
        url: '/auth/refresh',
        method: 'POST',
        headers: { 'X-Requested-With': 'XMLHttpRequest', 'X-Tenant': 'acme' },
        credentials: 'same-origin',
      }),
    );
    expect(init).toMatchObject({ credentials: 'same-origin', keepalive: true, cache: 'no-store', redirect: 'manual' });
    expect(headers.get('x-requested-with')).toBe('XMLHttpRequest');
    expect(headers.get('x-tenant')).toBe('acme');

    const request = vi.fn(async () => Response.json({ access_token: 'a' }));
    const auth = await adasTab(server, {
      refresh: cookieRefresh({ url: '/auth/refresh', method: 'PUT' }),
      fetch: request,
    });
    await auth.refresh();
    expect(request).toHaveBeenCalledWith(new URL(TOKEN_ENDPOINT), expect.objectContaining({ method: 'PUT' }));
  });

  it.each([
    ['alone', 'XSRF-TOKEN=abc', 'abc'],
    ['among others', 'a=1; XSRF-TOKEN=abc; b=2', 'abc'],
    ['beside one whose name ends like it', 'X-XSRF-TOKEN=wrong; XSRF-TOKEN=abc', 'abc'],
    ['beside one whose name begins like it', 'XSRF-TOKEN-OLD=wrong; XSRF-TOKEN=abc', 'abc'],
    ['URL-encoded, as Laravel’s', 'XSRF-TOKEN=eyJpdiI6IkE9PSJ9%3D%3D', 'eyJpdiI6IkE9PSJ9=='],
    ['with "=" in it', 'XSRF-TOKEN=abc==', 'abc=='],
    ['with a % that encodes nothing', 'XSRF-TOKEN=100%', '100%'],
  ])('a double-submit cookie goes into its header: %s', async (_, cookie, value) => {
    setCookie(cookie);
    const csrf = { cookie: 'XSRF-TOKEN', header: 'X-XSRF-TOKEN' };
    const { headers } = await sent(cookieRefresh({ url: '/auth/refresh', csrf }));
    expect(headers.get('x-xsrf-token')).toBe(value);
  });

  it('the double-submit cookie is read anew each time', async () => {
    const auth = await adasTab(server, {
      refresh: cookieRefresh({ url: '/auth/refresh', csrf: { cookie: 'c', header: 'X-C' } }),
    });
    for (const value of ['one', 'two']) {
      setCookie(`c=${value}`);
      await auth.refresh();
    }
    expect(server.refreshRequests.map(({ headers }) => headers.get('x-c'))).toEqual(['one', 'two']);
  });

  it('no caller’s abort reaches it, not even that of the caller who started it (31)', async () => {
    const auth = await adasTab(server);
    server.expireAccessTokens();
    const held = server.holdRefresh();
    const leave = new AbortController();
    const orders = failureOf(auth.fetch(`${API}/orders`, { signal: leave.signal }));
    await held.arrived;
    const token = auth.getAccessToken({ signal: leave.signal, minValidity: HOUR });
    const other = auth.fetch(`${API}/others`);
    leave.abort();

    expect(await orders).toMatchObject({ name: 'AbortError' });
    await token.catch(() => {});
    expect(server.refreshRequests[0]?.signal.aborted).toBe(false);
    held.release();
    expect((await other).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });
});

describe('a refresh function of one’s own', () => {
  /** The sign-in's token is of generation 1: whether this one was taken shows. */
  const nextToken = () => tokenAnswer({ sub: 'ada', gen: 2 });
  const TAKEN = { status: 'signed-in', subject: 'ada', claims: { gen: 2 } };

  it.each<[string, () => object]>([
    ['parsed JSON', nextToken],
    ['Response', () => Response.json(nextToken())],
  ])('may give the %s', async (_, answer) => {
    const refresh = vi.fn(async () => answer());
    const auth = await adasTab(server, { refresh });
    expect(await auth.refresh()).toMatchObject(TAKEN);
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(server.refreshCalls).toBe(0);
  });

  it('a strategy object works the same, with the fetch of the client', async () => {
    const send = vi.fn(async () => Response.json(nextToken()));
    const auth = await adasTab(server, {
      refresh: { url: '/token', request: ({ fetch }) => fetch('/token') },
      fetch: send,
    });
    expect(await auth.refresh()).toMatchObject(TAKEN);
    expect(send).toHaveBeenCalledExactlyOnceWith('/token', undefined);
  });

  const thrown = (response: object) => async () => {
    throw Object.assign(new Error('HTTPError'), { response });
  };

  it.each<[string, () => Promise<Response>]>([
    ['gives a 401', async () => Response.json({}, { status: 401 })],
    ['throws an error with a Response of 401, as ky does', thrown(new Response('{}', { status: 401 }))],
    ['throws an error with a response of 400, as axios does', thrown({ status: 400, statusText: 'No', headers: {} })],
  ])('%s: the session is over', async (_, refresh) => {
    const auth = await adasTab(server, { refresh });
    expect(await failureOf(auth.refresh())).toBeInstanceOf(SessionExpiredError);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('throws an error with an HTML 403: the session is kept', async () => {
    const response = new Response('<html>', { status: 403, headers: { 'Content-Type': 'text/html' } });
    const auth = await adasTab(server, { refresh: thrown(response) });
    expect(await failureOf(auth.refresh())).toBeInstanceOf(RefreshUnavailableError);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('throws an error with a response of 503 and Retry-After: called again by itself then', async () => {
    const refresh = vi.fn(async () => nextToken());
    refresh.mockImplementationOnce(thrown(busy('5', 503)));
    const auth = await adasTab(server, { refresh });
    const refreshed = auth.refresh();
    await pass(4_999);
    expect(refresh).toHaveBeenCalledTimes(1);
    await pass(1);
    expect(await refreshed).toMatchObject(TAKEN);
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it.each<[string, (error: Error) => never]>([
    ['rejects', (error) => Promise.reject(error) as never],
    [
      'throws at once',
      (error) => {
        throw error;
      },
    ],
  ])('%s: the session is kept, and an error of `fetch` is the cause', async (_, refresh) => {
    for (const error of [new TypeError('Failed to fetch'), new DOMException('Timed out.', 'TimeoutError')]) {
      const auth = await adasTab(server, { refresh: () => refresh(error) });
      const failed = (await failureOf(auth.refresh())) as Error;
      expect(failed).toMatchObject({
        code: 'refresh-unavailable',
        message: expect.stringContaining('The refresh function'),
      });
      expect(failed.cause).toBe(error);
      expect(auth.getState().status).toBe('signed-in');
    }
  });

  it.each<[string, () => unknown]>([
    ['gives nothing', () => undefined],
    ['gives null', () => null],
    ['gives the bare token', () => 'secret-token'],
    ['gives a number', () => 42],
    ['gives an axios response', () => ({ status: 200, headers: {}, data: { access_token: 'secret-token' } })],
    [
      'gives a Response whose body has been read',
      async () => {
        const response = Response.json({ access_token: 'secret-token' });
        await response.text();
        return response;
      },
    ],
    ['throws nothing', () => Promise.reject(undefined)],
    ['throws a string', () => Promise.reject('offline')],
    ['throws an error whose name is no string', () => Promise.reject({ name: Symbol('offline') })],
    ['throws an error whose response has no status', () => thrown({ status: 0 })()],
    ['throws an error whose response has no HTTP status', () => thrown({ status: 999, headers: {} })()],
    ['throws an error whose response has no known headers', () => thrown({ status: 500, headers: 'none' })()],
  ])('%s: a retryable error, a pause, the session is kept, nothing is quoted (P5, P9)', async (_, junk) => {
    const refresh = vi.fn(async () => (await junk()) as object);
    const auth = await adasTab(server, { refresh });
    show('hidden');
    const events = record(auth);
    const error = await failureOf(auth.refresh());

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(error).toMatchObject({ retryAfter: expect.any(Number) });
    expect(events).toEqual([{ name: 'refresh-failed', detail: { error } }]);
    expect(tracesOf('secret', error)).toEqual([]);
    expect(auth.getState().status).toBe('signed-in');
    await pass(MINUTE, 1_000);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('fails to parse the answer: the parser’s error, which quotes the answer, is no cause (P9)', async () => {
    const auth = await adasTab(server, { refresh: async () => new Response('{"access_token":secret-token}').json() });
    const error = await failureOf(auth.refresh());
    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect(tracesOf(/secret|token":/, error)).toEqual([]);
  });

  it('no caller’s abort reaches its signal', async () => {
    const released = gate();
    const refresh = vi.fn(async (_: { signal: AbortSignal }) => {
      await released.opened;
      return server.signIn('ada');
    });
    const auth = await adasTab(server, { refresh });
    server.expireAccessTokens();
    const leave = new AbortController();
    const orders = failureOf(auth.fetch(`${API}/orders`, { signal: leave.signal }));
    await until(() => refresh.mock.calls.length > 0);
    leave.abort();
    await orders;
    expect(refresh.mock.calls[0]?.[0].signal.aborted).toBe(false);
    released.open();
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});
