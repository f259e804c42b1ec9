/** What holds of both clients of oidc-provider: a public one, and a page whose backend is a confidential one. */

import { describe, expect, it } from 'vitest';
import type { Tab } from '../../browser/engines/engine.ts';
import { SECRET } from './provider.ts';
import { failureOf, restored, type Stage, send, setStage, signOut, status } from './stage.ts';

const clients = [
  ['spa', 'opaque'],
  ['spa', 'jwt'],
  ['with-backend', 'opaque'],
  ['with-backend', 'jwt'],
] as const;

describe.each(clients)('%s, %s access tokens', (page, tokens) => {
  const stage = setStage(page, tokens);

  it('one expiry costs one refresh in three tabs', async () => {
    const tabs = await stage.adasTabs(3);
    const before = stage.provider.refreshCalls();
    for (const expiries of [1, 2, 3]) {
      stage.provider.expire();
      expect(await sendAll(tabs, 20)).toEqual(Array(60).fill(200));
      expect(stage.provider.refreshCalls() - before).toBe(expiries);
    }
    expect(stage.provider.counts).toMatchObject({ exchanges: 1, reuseAlarms: 0 });
    expect(await stage.provider.goodRefreshTokens()).toBe(1);
  });

  it('a tab that is reloaded goes on with the session of the others', async () => {
    const [tab, other] = (await stage.adasTabs(2)) as [Tab, Tab];
    const before = stage.provider.refreshCalls();
    await stage.reload(tab);
    expect(await restored(tab)).toBe('signed-in');
    expect(stage.provider.refreshCalls()).toBe(before);
    stage.provider.expire();
    expect(await sendAll([tab, other], 3)).toEqual(Array(6).fill(200));
    expect(stage.provider.counts.reuseAlarms).toBe(0);
  });

  it('a sign-out is seen in all tabs, and revokes the grant at the provider', async () => {
    const tabs = await stage.adasTabs(3);
    expect(await stage.provider.goodRefreshTokens()).toBe(1);
    expect(await signOut(tabs[0])).toBe(true);
    await expectEverywhere(tabs, 'signed-out signed-out');
    await expectRevoked(stage);
    expect(await sendAll(tabs, 1)).toEqual([401, 401, 401]);
    await stage.reload(tabs[0]);
    expect(await restored(tabs[0])).toBe('signed-out');
  });

  it('a sign-out during another tab’s refresh revokes the token that this one brings', async () => {
    const [one, other] = (await stage.adasTabs(2)) as [Tab, Tab];
    const held = stage.provider.turnstile.hold('after');
    stage.provider.expire();
    const answers = send(other, 3);
    await held.arrived;
    const confirmed = signOut(one);
    expect(await answers).toEqual(Array(3).fill('signed-out'));
    held.release();
    expect(await confirmed).toBe(true);
    await expectEverywhere([one, other], 'signed-out signed-out');
    await expectRevoked(stage);
  });

  it('a sign-out that doesn’t wait for a slow refresh revokes its token all the same', async () => {
    stage.app.page.refreshTimeout = 1_000;
    const [one, other] = (await stage.adasTabs(2)) as [Tab, Tab];
    const held = stage.provider.turnstile.hold('after');
    stage.provider.expire();
    const answers = send(other, 3);
    await held.arrived;
    // The server can't be sure: a token is still on its way.
    expect(await signOut(one)).toBe(false);
    held.release();
    expect(await answers).toEqual(Array(3).fill('signed-out'));
    await expect.poll(() => stage.provider.goodRefreshTokens()).toBe(0);
    await expectEverywhere([one, other], 'signed-out signed-out');
    expect(stage.provider.counts.reuseAlarms).toBe(0);
  });

  it('a session that was ended at the provider ends in all tabs', async () => {
    const tabs = await stage.adasTabs(3);
    await stage.provider.endGrants();
    stage.provider.expire();
    expect(await send(tabs[0], 20)).toEqual(Array(20).fill('session-expired'));
    await expectEverywhere(tabs, 'signed-out expired');
    expect(stage.provider.counts.reuseAlarms).toBe(0);
  });

  it('a thief’s use of a spent token ends the session in all tabs', async () => {
    const tabs = await stage.adasTabs(2);
    stage.provider.expire();
    expect(await send(tabs[0], 1)).toEqual([200]);
    const client = page === 'spa' ? { client_id: 'spa' } : { client_id: 'backend', client_secret: SECRET };
    expect(await stage.provider.reuseSpentToken(client)).toMatchObject({ error: 'invalid_grant' });
    expect(stage.provider.counts.reuseAlarms).toBe(1);
    stage.provider.expire();
    expect(await send(tabs[0], 3)).toEqual(Array(3).fill('session-expired'));
    await expectEverywhere(tabs, 'signed-out expired');
  });

  it('invalid_client signs nobody out, and is not retryable', async () => {
    stage.app.page.refreshAs = 'stranger';
    const tabs = await stage.adasTabs(3);
    stage.app.client.secret = 'wrong';
    stage.provider.expire();
    expect(new Set(await sendAll(tabs, 3))).toEqual(new Set(['refresh-unavailable']));
    await expectEverywhere(tabs, 'signed-in');
    expect(await failureOf(tabs[0])).toMatchObject({
      code: 'refresh-unavailable',
      retryable: false,
      message: expect.stringContaining('invalid_client'),
    });
    expect(await stage.provider.goodRefreshTokens()).toBe(1);
  });

  it.each([429, 503] as const)('a %s with Retry-After is obeyed in all tabs', async (status) => {
    const tabs = await stage.adasTabs(3);
    const before = stage.provider.refreshCalls();
    stage.provider.turnstile.answerInstead({ status, retryAfter: 60 });
    stage.provider.expire();
    expect(new Set(await sendAll(tabs, 20))).toEqual(new Set(['refresh-unavailable']));
    stage.provider.turnstile.answerInstead(undefined);
    const during = stage.provider.refreshCalls();
    // Tabs that already wait for their turn may call once more before one of them hears of the pause.
    expect(during - before).toBeLessThanOrEqual(2);
    expect(new Set(await sendAll(tabs, 3))).toEqual(new Set(['refresh-unavailable']));
    for (const tab of tabs)
      expect(await failureOf(tab)).toMatchObject({ retryable: true, retryAfter: expect.any(Number) });
    expect(stage.provider.refreshCalls()).toBe(during);
    await expectEverywhere(tabs, 'signed-in');
  });

  it.each([429, 503] as const)('a single %s fails no request in three tabs', async (status) => {
    const tabs = await stage.adasTabs(3);
    const { rotations } = stage.provider.counts;
    stage.provider.turnstile.answerInstead({ status, retryAfter: 1 });
    const busy = stage.provider.turnstile.hold('after');
    stage.provider.expire();
    const answers = sendAll(tabs, 20);
    await busy.arrived;
    stage.provider.turnstile.answerInstead(undefined);
    busy.release();
    expect(await answers).toEqual(Array(60).fill(200));
    expect(stage.provider.counts).toMatchObject({ rotations: rotations + 1, reuseAlarms: 0 });
  });
});

const sendAll = async (tabs: Tab[], count: number): Promise<(number | string)[]> =>
  (await Promise.all(tabs.map((tab) => send(tab, count)))).flat();

async function expectEverywhere(tabs: Tab[], expected: string): Promise<void> {
  for (const tab of tabs) await expect.poll(() => status(tab)).toBe(expected);
}

async function expectRevoked({ provider }: Stage): Promise<void> {
  expect(await provider.goodRefreshTokens()).toBe(0);
  expect(provider.counts).toMatchObject({ revocations: 1, reuseAlarms: 0 });
}
