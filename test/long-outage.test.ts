/** An outage may last for hours: whatever fails in it leaves nothing behind. */

import { type AuthClient, RefreshUnavailableError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { API, type AuthServer, startAuthServer } from './world/auth-server.ts';
import { jumpWallClock, pass, stopClocks } from './world/clocks.ts';
import { alive } from './world/heap.ts';
import { show } from './world/page.ts';
import { openTab } from './world/tabs.ts';
import { rest } from './world/waiting.ts';

const CALLS = 200;

/** The server has said "in an hour": each call fails at once. */
async function duringPause(auth: AuthClient, server: AuthServer) {
  await auth.signIn(server.login('ada'));
  server.answerRefresh = () => new Response('', { status: 503, headers: { 'Retry-After': '3600' } });
  jumpWallClock(61_000);
  await auth.refresh().catch(() => {});
}

const calls: { what: string; call: (auth: AuthClient, signal: AbortSignal) => Promise<unknown> }[] = [
  { what: 'fetch', call: (auth) => auth.fetch(`${API}/orders`) },
  { what: 'fetch with a signal', call: (auth, signal) => auth.fetch(`${API}/orders`, { signal }) },
  {
    what: 'fetch with a body',
    call: (auth) => auth.fetch(`${API}/orders`, { method: 'POST', body: new Uint8Array(9) }),
  },
  { what: 'getAccessToken', call: (auth) => auth.getAccessToken() },
  { what: 'refresh', call: (auth) => auth.refresh() },
];

describe('a long outage (P15)', () => {
  it.for(calls)('$what: calls that fail in a pause leave nothing behind', async ({ call }) => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const auth = openTab();
    await duringPause(auth, server);
    const { signal } = new AbortController();
    const fail = async (times: number) => {
      for (let each = 0; each < times; each++) {
        // Nothing here holds on to the error.
        await call(auth, signal).then(
          () => expect.unreachable(),
          () => {},
        );
      }
      await rest();
    };
    await fail(20);
    const before = { errors: alive(RefreshUnavailableError), promises: alive(Promise) };

    await fail(CALLS);

    expect(alive(RefreshUnavailableError) - before.errors).toBeLessThan(CALLS / 10);
    expect(alive(Promise) - before.promises).toBeLessThan(CALLS / 10);
    expect(server.refreshCalls).toBe(1);
  });

  it('attempts that fail one after the other leave nothing behind', async () => {
    stopClocks();
    show('hidden');
    const server = startAuthServer();
    const auth = openTab({ refresh: () => Promise.reject(new TypeError('Failed to fetch')) });
    await auth.signIn(server.login('ada'));
    jumpWallClock(61_000);
    const attempts = async (times: number) => {
      for (let each = 0; each < times; each++) {
        await auth.refresh().catch(() => {});
        // Longer than any pause.
        await pass(31_000);
      }
    };
    await attempts(5);
    const before = { errors: alive(RefreshUnavailableError), promises: alive(Promise) };

    await attempts(50);

    expect(alive(RefreshUnavailableError) - before.errors).toBeLessThan(5);
    expect(alive(Promise) - before.promises).toBeLessThan(5);
  });
});
