/** Before a peer is measured it must do the work: sign in, ask, find its token expired, refresh once, and have the right answer. */

import type { Peer } from './list-of-peers.ts';
import type { Chromium } from './places/chromium.ts';
import { within } from './places/place.ts';
import type { BenchServer } from './server/bench-server.ts';

/** Gives what is wrong, or nothing. */
export async function whatIsWrong(peer: Peer, server: BenchServer, chromium: Chromium): Promise<string | undefined> {
  server.reset('everything');
  const profile = await chromium.profile(peer.id);
  try {
    return await within(20_000, tryOut());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await profile.close();
  }

  async function tryOut(): Promise<string | undefined> {
    const tab = await profile.open();
    await tab.run('signIn', 'ada');
    const first = await tab.run('request', '/api/me');
    if (first.status !== 200) return `signed in, it got ${JSON.stringify(first)}`;
    const later = peer.kind === 'floor' ? 401 : 200;

    server.reset('stats');
    server.expire();
    await tab.run('passHours', 1.02);
    const second = await tab.run('request', '/api/echo', { method: 'POST', body: 'tea' });
    const { refreshCalls, reuseAlarms } = server.stats();
    if (second.status !== later) return `at the expiry it got ${JSON.stringify(second)}`;
    const refreshes = peer.kind === 'floor' ? 0 : 1;
    if (refreshCalls !== refreshes || reuseAlarms) return `at the expiry it called ${refreshCalls} times`;
    const last = server.log().findLast(({ path }) => path === '/api/echo');
    if (peer.kind !== 'floor' && last?.user !== 'ada') return `it posted as ${last?.user ?? 'nobody'}`;
    const third = await tab.run('request', '/api/me');
    if (third.status !== later || server.stats().refreshCalls !== refreshes)
      return `after the refresh it got ${JSON.stringify(third)}`;
    return undefined;
  }
}
