/** P5: after each failure the pause before the next refresh is longer. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { MINUTE } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { busy, down } from '../../given/token-answers.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { record } from '../../world/tabs.ts';
import { gate, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('backoff (P5)', () => {
  it.each<[string, number, number[]]>([
    ['never less than a second', 0, [1_000, 1_000, 1_000, 1_000, 1_000, 1_000]],
    ['twice as long each time, never more than 30 s', 1, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['full jitter between the two', 0.5, [1_500, 2_500, 4_500, 8_500, 15_500, 15_500]],
  ])('the pause after a failure is %s', async (_, random, pauses) => {
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

  it('the backoff begins anew after a success', async () => {
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

  it('a caller waits out a short pause, not a long one', async () => {
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

  it('a caller who comes late to a refresh doesn’t share its deadline', async () => {
    const auth = await adasTab(server, { refreshTimeout: 3_000 });
    vi.spyOn(Math, 'random').mockReturnValue(0);
    show('hidden');
    const slow = gate();
    server.answerRefresh = async () => {
      await slow.opened;
      return busy('1', 503);
    };
    await pass(MINUTE);
    const early = failureOf(auth.refresh());
    await pass(2_500);
    const late = auth.getAccessToken();
    slow.open();
    expect(await early).toMatchObject({ code: 'refresh-unavailable' });
    server.answerRefresh = undefined;
    expect(await standing(late)).toBe('pending');
    await pass(1_000);

    expect(await late).toMatch(/^ey/);
  });
});
