/** P1 and P2: one expiry costs one refresh, and a late 401 costs none. */

import { describe, expect, it, vi } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { openTab, openTabs } from '../../world/tabs.ts';
import { until } from '../../world/waiting.ts';

describe('one refresh (P1)', () => {
  it('50 concurrent 401s: 1 refresh, 50 replays (scenario 1)', async () => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();

    const responses = await Promise.all(times(50, () => auth.fetch(`${API}/orders`)));

    expect(responses.map((response) => response.status)).toEqual(times(50, () => 200));
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(100);
  });

  it('10,000 requests wait for one refresh, and all are answered', async () => {
    const server = startAuthServer();
    const sent: string[] = [];
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const auth = openTab({
      fetch: async (input, init) => {
        if (String(input).startsWith(API)) {
          sent.push(new Headers(init?.headers).get('authorization') ?? '');
          return new Response('{}');
        }
        return fetch(input, init);
      },
    });
    await auth.signIn(server.login('ada'));
    vi.setSystemTime(Date.now() + 61_000);
    const responses = await Promise.all(times(10_000, () => auth.fetch(`${API}/orders`)));

    expect(responses.every((response) => response.ok)).toBe(true);
    expect(server.refreshCalls).toBe(1);
    expect(new Set(sent).size).toBe(1);
  });

  it.for([2, 6, 50])('%i tabs at once: one refresh, never overlapping, no reuse', async (count) => {
    const server = startAuthServer();
    const tabs = openTabs(count);
    await tabs[0]?.signIn(server.login('ada'));
    await until(() => tabs.every((tab) => tab.getState().status === 'signed-in'));

    for (let round = 1; round <= 3; round++) {
      server.expireAccessTokens();
      const responses = await Promise.all(tabs.flatMap((tab) => times(4, () => tab.fetch(`${API}/orders`))));
      expect(responses.every((response) => response.ok)).toBe(true);
      expect(server.refreshCalls).toBe(round);
    }
    expect(server.overlaps).toBe(0);
    expect(server.reuseAlarms).toBe(0);
  });
});

describe('a late 401 costs nothing (P2)', () => {
  it('a 401 for an older token is replayed with today’s, without a refresh (scenario 2)', async () => {
    const { server, auth } = await signedIn();
    server.expireAccessTokens();
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
