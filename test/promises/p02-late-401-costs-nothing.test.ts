/** P2: a late 401 costs nothing. It is replayed with today’s token, without a refresh. */

import { describe, expect, it } from 'vitest';
import { adasTwoTabs, expired } from '../given/ada.ts';
import { API, startAuthServer } from '../world/auth-server.ts';
import { stopClocks } from '../world/clocks.ts';
import { holdMessages } from '../world/messages.ts';
import { record } from '../world/tabs.ts';
import { standing, until } from '../world/waiting.ts';

describe('a late 401 costs nothing (P2)', () => {
  it('a 401 for an older token is replayed without a refresh', async () => {
    const { server, auth } = await expired();
    const held = server.holdApi();
    const late = auth.fetch(`${API}/late`);
    await held.arrived;
    await auth.refresh();
    held.release();

    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests.map(({ generation, status }) => [generation, status])).toEqual([
      [1, 401],
      [2, 200],
    ]);
  });
});

describe('a late 401 costs nothing in any tab (P2)', () => {
  it('a late 401 is replayed without a refresh after another tab’s', async () => {
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    server.expireAccessTokens();
    const api = server.holdApi();
    const late = b.fetch(`${API}/late`);
    await api.arrived;
    const seen = record(b);
    await a.refresh();
    await until(() => seen.length === 1);
    api.release();

    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests.map(({ generation, status }) => [generation, status])).toEqual([
      [1, 401],
      [2, 200],
    ]);
  });

  it('a late 401 waits for another tab’s news on the way', async () => {
    stopClocks();
    const server = startAuthServer();
    const [a, b] = await adasTwoTabs(server);
    server.expireAccessTokens();
    const api = server.holdApi();
    const late = b.fetch(`${API}/late`);
    await api.arrived;
    const messages = holdMessages();
    await a.refresh();
    api.release();
    await until(() => server.apiRequests.length === 1);

    expect(await standing(late)).toBe('pending');
    messages.deliver();
    expect((await late).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
  });
});
