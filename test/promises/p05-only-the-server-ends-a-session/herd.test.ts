/** P5: a server that is ill, or has too much to do, doesn't get all of its clients back in one moment. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { busy, down, offline } from '../../given/token-answers.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** Ada's hidden tab; its callers don't wait for a pause to end. */
async function impatientTab() {
  const auth = await adasTab(server, { refreshTimeout: 500 });
  show('hidden');
  /** The pauses after so many failures in a row, each waited for. */
  return async function pausesAfter(failures: number): Promise<number[]> {
    const pauses: number[] = [];
    for (let failure = 0; failure < failures; failure++) {
      const { retryAfter } = (await failureOf(auth.refresh())) as { retryAfter: number };
      pauses.push(retryAfter);
      await pass(retryAfter);
    }
    return pauses;
  };
}

describe('a herd that comes back (P5)', () => {
  it('the longer of two draws is the pause', async () => {
    const pausesAfter = await impatientTab();
    let draws = 0;
    vi.spyOn(Math, 'random').mockImplementation(() => (draws++ % 2 ? 0.9 : 0.1));
    server.answerRefresh = down;
    expect(await pausesAfter(3)).toEqual([1_900, 3_700, 7_300]);
  });

  it.each<[string, number, number[]]>([
    [
      'some jitter, which grows, on top of the pauses after it',
      1,
      [5_000, 6_000, 8_000, 12_000, 20_000, 34_000, 34_000],
    ],
    ['nothing of any of them is cut off', 0, [5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000]],
  ])('the first pause that the server names is just as long as that: %s', async (_, random, pauses) => {
    const pausesAfter = await impatientTab();
    vi.spyOn(Math, 'random').mockReturnValue(random);
    server.answerRefresh = () => busy('5', 503);
    expect(await pausesAfter(pauses.length)).toEqual(pauses);
  });

  it.each<[string, () => Response]>([
    ['failures of the network', offline],
    ['failures for which the server names no pause', down],
  ])('%s don’t lengthen a pause that the server names', async (_, answer) => {
    const pausesAfter = await impatientTab();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    server.answerRefresh = answer;
    await pausesAfter(4);
    server.answerRefresh = () => busy('1', 503);
    expect(await pausesAfter(1)).toEqual([1_000]);
  });

  it('once the server has ended the session, the failures of before don’t count', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    show('hidden');
    vi.spyOn(Math, 'random').mockReturnValue(1);
    for (const seconds of ['5', '5', '5']) {
      server.answerRefresh = () => busy(seconds, 503);
      const { retryAfter } = (await failureOf(auth.refresh())) as { retryAfter: number };
      await pass(retryAfter);
    }
    server.answerRefresh = undefined;
    server.revoke('ada');
    await failureOf(auth.refresh());
    expect(auth.getState()).toMatchObject({ status: 'signed-out' });
    server.answerRefresh = () => busy('5', 503);
    expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 5_000 });
  });

  it('after a success the server’s next pause is a first one again', async () => {
    const auth = await adasTab(server, { refreshTimeout: 500 });
    show('hidden');
    vi.spyOn(Math, 'random').mockReturnValue(1);
    for (let outage = 0; outage < 2; outage++) {
      server.answerRefresh = () => busy('5', 503);
      expect(await failureOf(auth.refresh())).toMatchObject({ retryAfter: 5_000 });
      await pass(5_000);
      server.answerRefresh = undefined;
      await auth.refresh();
    }
  });
});
