/** P10: tokens that many clients got in one moment aren't all refreshed in one moment again. */

import type { AuthClient } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { DAY, MINUTE, SECOND } from '../../given/durations.ts';
import { failureOf } from '../../given/failures.ts';
import { down } from '../../given/token-answers.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  server.lifetime = 300;
});

/** The API refuses her token, and one refresh brings the next. */
async function meetA401(auth: AuthClient): Promise<void> {
  server.expireAccessTokens();
  expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
}

/** Seconds until the visible tab refreshes by itself, exact to half a second. */
async function secondsToRefresh(): Promise<number> {
  const { refreshCalls } = server;
  let ms = 0;
  for (; server.refreshCalls === refreshCalls && ms < 10 * MINUTE; ms += 500) await pass(500);
  await rest();
  return ms / SECOND;
}

const tokensThatNobodyForesaw: [string, (auth: AuthClient) => Promise<unknown>][] = [
  ['a 401', meetA401],
  [
    'an outage that the last token didn’t outlive',
    async (auth) => {
      show('hidden');
      server.answerRefresh = down;
      await pass(5 * MINUTE);
      await failureOf(auth.refresh());
      server.answerRefresh = undefined;
      await pass(2 * SECOND);
      await auth.refresh();
      show('visible');
    },
  ],
  [
    'sleep',
    async (auth) => {
      jumpWallClock(DAY);
      await auth.getAccessToken();
    },
  ],
];

describe('a token that nobody foresaw (P10)', () => {
  it.each(tokensThatNobodyForesaw)('is refreshed earlier than others, once: after %s', async (_, happens) => {
    const auth = await adasTab(server);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    await happens(auth);
    const { refreshCalls } = server;
    // Half of the way from 30 s to a fifth of the lifetime; and half of a fifth of that later.
    expect(await secondsToRefresh()).toBe(300 - 45 + 4.5);
    // This one was foreseen.
    expect(await secondsToRefresh()).toBe(300 - 30 + 3);
    expect(server.refreshCalls).toBe(refreshCalls + 2);
  });

  it.each([
    ['a fifth of the lifetime ahead at most', 0.999_999, 240],
    ['… or as any other token', 0, 276],
  ])('is refreshed %s', async (_, random, seconds) => {
    const auth = await adasTab(server);
    vi.spyOn(Math, 'random').mockReturnValue(random);
    await meetA401(auth);
    await pass(seconds * SECOND - 500, 10 * SECOND);
    const { refreshCalls } = server;
    await pass(SECOND);
    await until(() => server.refreshCalls === refreshCalls + 1);
  });

  it('is refreshed when it expires, if `refreshAhead` is 0', async () => {
    const auth = await adasTab(server, { refreshAhead: 0 });
    await meetA401(auth);
    expect(await secondsToRefresh()).toBe(300);
  });

  it('is never refreshed ahead where nobody knows when it expires', async () => {
    server.opaque = true;
    server.shape = (token) => ({ access_token: token });
    server.lifetime = 10 * 366 * 24 * 3_600;
    const auth = await adasTab(server);
    await meetA401(auth);
    const { refreshCalls } = server;
    await pass(DAY, MINUTE);
    expect(server.refreshCalls).toBe(refreshCalls);
  });

  it('costs one call, if the server has no newer one yet', async () => {
    const auth = await adasTab(server);
    await meetA401(auth);
    const value = await auth.getAccessToken();
    const { refreshCalls } = server;
    const issuedAt = Date.now();
    server.answerRefresh = () =>
      Response.json({ access_token: value, expires_in: 300 - (Date.now() - issuedAt) / SECOND });
    await pass(299 * SECOND, SECOND);
    expect(server.refreshCalls).toBe(refreshCalls + 1);
  });
});

it('a token that a sign-in has brought is refreshed as ever: sign-ins come one by one', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  await adasTab(server);
  expect(await secondsToRefresh()).toBe(273);
});
