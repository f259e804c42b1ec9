/** P5, P3 and P4: an answer of the token endpoint that is lost, or comes too late, ends no session and is asked for once. */

import { RefreshUnavailableError } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { MINUTE } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { times } from '../../given/times.ts';
import { offline } from '../../given/token-answers.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { rest, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('after a lost answer nothing is sent again at once (P3, P4, P5)', () => {
  it.each<[string, () => Response]>([
    ['the answer is lost', offline],
    ['504', () => Response.json({}, { status: 504 })],
    ['a 200 without a token', () => Response.json({})],
    ['a 200 with an expired token', () => Response.json({ access_token: 'a', expires_in: 0 })],
  ])('a useless answer costs one call until the next demand: %s', async (_, answer) => {
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

  it('a late answer’s token is kept, though callers were told', async () => {
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

  it('a demand during a late request sends none of its own', async () => {
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

  it('an endless request is given up, and the session lives on', async () => {
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
