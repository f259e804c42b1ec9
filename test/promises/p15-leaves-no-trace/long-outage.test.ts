/** P15 in an outage, which may last for hours: whatever fails in it leaves nothing behind. */

import { type AuthClient, RefreshUnavailableError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { alive } from '../../world/heap.ts';
import { show } from '../../world/page.ts';
import { openTab } from '../../world/tabs.ts';
import { rest } from '../../world/waiting.ts';

/** Of each kind. */
const CALLS = 100;

/** The server has said "in an hour": each call fails at once. */
async function duringPause(auth: AuthClient, server: AuthServer) {
  await auth.signIn(server.login('ada'));
  server.answerRefresh = () => new Response('', { status: 503, headers: { 'Retry-After': '3600' } });
  outliveToken();
  await auth.refresh().catch(() => {});
}

const calls: ((auth: AuthClient, signal: AbortSignal) => Promise<unknown>)[] = [
  (auth) => auth.fetch(`${API}/orders`),
  (auth, signal) => auth.fetch(`${API}/orders`, { signal }),
  (auth) => auth.fetch(`${API}/orders`, { method: 'POST', body: new Uint8Array(9) }),
  (auth) => auth.getAccessToken(),
  (auth) => auth.refresh(),
];

/** Looking through the heap takes seconds on a busy machine. */
const LONG = 60_000;

describe('a long outage (P15)', () => {
  it(
    'calls that fail during the server’s pause leave nothing behind',
    async () => {
      stopClocks();
      show('hidden');
      const server = startAuthServer();
      const auth = openTab();
      await duringPause(auth, server);
      const { signal } = new AbortController();
      const fail = async (times: number) => {
        for (let each = 0; each < times; each++) {
          for (const call of calls) {
            // Nothing here holds on to the error.
            await call(auth, signal).then(
              () => expect.unreachable(),
              () => {},
            );
          }
        }
        await rest();
      };
      await fail(5);
      const before = alive(Promise);

      await fail(CALLS);

      expect(alive(Promise) - before).toBeLessThan(CALLS / 2);
      expect(alive(RefreshUnavailableError)).toBeLessThan(CALLS / 2);
      expect(server.refreshCalls).toBe(1);
    },
    LONG,
  );

  it(
    'attempts that fail one after the other leave nothing behind',
    async () => {
      const { auth } = await signedIn({
        clocks: 'stopped',
        tab: 'hidden',
        refresh: () => Promise.reject(new TypeError('Failed to fetch')),
      });
      outliveToken();
      const attempts = async (times: number) => {
        for (let each = 0; each < times; each++) {
          await auth.refresh().catch(() => {});
          // Longer than any pause.
          await pass(31_000);
        }
      };
      await attempts(5);
      const before = alive(Promise);

      await attempts(50);

      expect(alive(Promise) - before).toBeLessThan(25);
    },
    LONG,
  );
});
