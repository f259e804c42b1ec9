/** P4 without a hint cookie: nobody waits much longer for a closed tab’s answer than answers have taken here. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { adasMarkingTab, KEY, TIMEOUT } from '../../given/refresh-marks.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { stubStorage } from '../../world/storage.ts';
import { rest } from '../../world/waiting.ts';

const TOOK = `${KEY} took`;

let server: AuthServer;
let stored: Map<string, string>;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
  stored = stubStorage();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A refresh whose answer takes so long. */
async function refreshIn(auth: Awaited<ReturnType<typeof adasMarkingTab>>, ms: number): Promise<void> {
  const hold = server.holdRefresh();
  const refreshing = auth.refresh();
  await hold.arrived;
  await pass(ms);
  hold.release();
  await refreshing;
}

it('how long refreshes take is kept in milliseconds, and a bad moment fades', async () => {
  const auth = await adasMarkingTab(server);
  await refreshIn(auth, 200);
  expect(stored.get(TOOK)).toBe('200');
  await refreshIn(auth, 100);
  expect(stored.get(TOOK)).toBe('180');
  await refreshIn(auth, 300);
  expect(stored.get(TOOK)).toBe('300');
});

it('a refresh that brings no token says nothing of how long one takes', async () => {
  const auth = await adasMarkingTab(server);
  server.answerRefresh = () => Response.json({}, { status: 500 });
  await auth.refresh().catch(() => {});
  expect(stored.has(TOOK)).toBe(false);
});

it.each([
  ['100', 1_000],
  ['250', 2_500],
  ['600', TIMEOUT / 2],
  ['3600000', TIMEOUT / 2],
  ['nonsense', TIMEOUT / 2],
])('where refreshes took %s ms, a closed tab’s answer is waited for %s ms', async (took, wait) => {
  const auth = await adasMarkingTab(server);
  stored.set(TOOK, took);
  stored.set(KEY, String(Date.now()));
  const refreshing = auth.refresh();
  await pass(wait - 50, 50);
  await rest();
  expect(server.refreshCalls).toBe(0);
  await pass(75, 25);
  expect(server.refreshCalls).toBe(1);
  expect(await refreshing).toMatchObject({ status: 'signed-in' });
});
