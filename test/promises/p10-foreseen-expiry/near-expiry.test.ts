/** P10: what a request does near the expiry of its token. */

import type { AuthClientOptions } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { HOUR, SECOND } from '../../given/durations.ts';
import { generationsOf } from '../../given/received.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { show } from '../../world/page.ts';
import { rest, standing, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('what a request does near the expiry (P10)', () => {
  /** No timer of the tab helps: what happens, the requests cause. */
  async function hidden(options?: Partial<AuthClientOptions>) {
    const auth = await adasTab(server, options);
    show('hidden');
    return auth;
  }

  it('a request long before the expiry refreshes nothing', async () => {
    const auth = await hidden();
    await pass(47 * SECOND);
    await auth.fetch(`${API}/orders`);
    await rest();
    expect(server.refreshCalls).toBe(0);
  });

  it('a request shortly before the expiry is sent at once', async () => {
    const auth = await hidden();
    const held = server.holdRefresh();
    await pass(50 * SECOND);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
    expect(generationsOf(server)).toEqual([1]);
    await held.arrived;
    const state = auth.getState();
    held.release();
    await until(() => auth.getState() !== state);
    await auth.fetch(`${API}/orders`);
    expect(generationsOf(server)).toEqual([1, 2]);
    expect(server.refreshCalls).toBe(1);
  });

  it('a request just before the expiry waits for the refresh', async () => {
    const auth = await hidden();
    const held = server.holdRefresh();
    await pass(56 * SECOND);
    const orders = auth.fetch(`${API}/orders`);
    await held.arrived;
    expect(await standing(orders)).toBe('pending');
    expect(server.apiRequests).toEqual([]);
    held.release();
    expect((await orders).status).toBe(200);
    expect(generationsOf(server)).toEqual([2]);
  });

  it.each([4, 3, 2])('callers wait half of what is left at most: %i s', async (left) => {
    const auth = await hidden();
    const today = await auth.getAccessToken();
    const held = server.holdRefresh();
    await pass((60 - left) * SECOND);
    const orders = auth.fetch(`${API}/orders`);
    const token = auth.getAccessToken();
    await held.arrived;
    await pass((left / 2) * SECOND);

    expect(await standing(orders)).toBe('fulfilled');
    expect((await orders).status).toBe(200);
    expect(await standing(token)).toBe('fulfilled');
    expect(await token).toBe(today);
    expect(generationsOf(server)).toEqual([1]);
    held.release();
    await rest();
  });

  it('a request that didn’t wait leaves a late answer to others', async () => {
    const auth = await hidden();
    const held = server.holdRefresh();
    await pass(56 * SECOND);
    const orders = auth.fetch(`${API}/orders`);
    await held.arrived;
    await pass(2 * SECOND);
    expect(await standing(orders)).toBe('fulfilled');
    const state = auth.getState();
    held.release();
    await until(() => auth.getState() !== state);
    await auth.fetch(`${API}/orders`);
    expect(generationsOf(server)).toEqual([1, 2]);
    expect(server.refreshCalls).toBe(1);
  });

  it('getAccessToken() waits where the token won’t last for minValidity', async () => {
    const auth = await hidden();
    await pass(30 * SECOND);
    const today = await auth.getAccessToken({ minValidity: 29 * SECOND });
    expect(server.refreshCalls).toBe(0);
    await pass(2 * SECOND);
    expect(await auth.getAccessToken({ minValidity: 29 * SECOND })).not.toBe(today);
    expect(server.refreshCalls).toBe(1);
  });

  it('half the lifetime counts where minValidity is longer than that', async () => {
    const auth = await hidden();
    for (let call = 0; call < 10; call++) await auth.getAccessToken({ minValidity: HOUR });
    expect(server.refreshCalls).toBe(0);
    await pass(31 * SECOND);
    for (let call = 0; call < 10; call++) await auth.getAccessToken({ minValidity: HOUR });
    expect(server.refreshCalls).toBe(1);
  });

  it('a hundred requests shortly before the expiry cost one refresh', async () => {
    const auth = await hidden();
    await pass(50 * SECOND);
    const held = server.holdRefresh();
    const responses = await Promise.all(Array.from({ length: 100 }, (_, i) => auth.fetch(`${API}/${i}`)));
    expect(responses.every(({ ok }) => ok)).toBe(true);
    held.release();
    await rest();
    expect(server.refreshCalls).toBe(1);
  });
});
