/** P1: one expiry costs one refresh, for however many requests of a tab. */

import { describe, expect, it, vi } from 'vitest';
import { expired } from '../../given/ada.ts';
import { times } from '../../given/times.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { openTab } from '../../world/tabs.ts';
import { gate, rest, until } from '../../world/waiting.ts';

describe('one refresh (P1)', () => {
  it('50 concurrent 401s cost one refresh and 50 replays', async () => {
    const { server, auth } = await expired();

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

  it('a 401 that arrives while the refresh runs joins the queue', async () => {
    const { server, auth } = await expired();
    const slow = gate();
    server.answerApi = async (request) => {
      if (request.url.endsWith('/slow')) await slow.opened;
      return undefined;
    };
    const second = auth.fetch(`${API}/slow`);
    const held = server.holdRefresh();
    const first = auth.fetch(`${API}/quick`);
    await held.arrived;
    slow.open();
    await until(() => server.apiRequests.length === 2);
    await rest();
    held.release();

    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(4);
  });
});
