/** A tab that is closed while its refresh is under way: the server has rotated, and the answer finds no page. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Peer, WITH_HINT } from '../../list-of-peers.ts';
import { TooLong, within } from '../../places/place.ts';
import { type OpenTabs, openTabs, passLifetime } from '../tabs.ts';
import type { Fault, FaultSeen } from './fault.ts';

/** Milliseconds from the tab's end to the answer that it waited for. */
const ANSWER = 100;
const SESSION = 'session';
const FIRST = 'the next page’s first answer after';

export const tabDeath: Fault = {
  title: 'A tab closed in mid-refresh',
  story:
    `A user is signed in, and a first refresh has gone well. At the second one the only tab is closed when the server has rotated the refresh token and hasn't answered yet. The answer comes ${ANSWER} ms later. The next page opens ` +
    'at once. Right: the session lives, and the page has its first answer soon after those 100 ms. The time runs from the page’s script on.',
  columns: [SESSION, FIRST, 'reuse alarms'],
  rounds: 3,
  also: [WITH_HINT],

  async play(peer, bench) {
    const { server, chromium } = bench;
    let open: Awaited<ReturnType<typeof openTabs>>;
    try {
      open = await openTabs(chromium, peer, 1);
    } catch (error) {
      // A version that doesn't know the option says so as the client is created.
      if (peer === WITH_HINT && /hintCookie/.test(String(error)))
        return { words: { [SESSION]: 'not in this version' } };
      throw error;
    }
    const { profile, tabs } = open;
    try {
      // A session that goes on: one refresh has gone well.
      await passLifetime(server, open);
      await tabs[0]?.run('request', '/api/me');
      server.reset('stats');
      await passLifetime(server, open);
      const hold = server.holdRefresh();
      // It dies with its page.
      tabs[0]?.run('request', '/api/me').catch(() => {});
      await within(5_000, hold.arrived);
      await tabs[0]?.close();
      const answered = sleep(ANSWER).then(hold.release);
      const seen = await nextPage(peer, open, bench);
      await answered;
      return { ...seen, counts: { 'reuse alarms': server.stats().reuseAlarms } };
    } finally {
      await profile.close();
    }
  },
};

async function nextPage(
  peer: Peer,
  { profile, hours }: OpenTabs,
  { server }: { server: { url: string } },
): Promise<FaultSeen> {
  const page = await profile.context.newPage();
  await page.goto(`${server.url}/opens/${peer.id}?hours=${hours}`);
  try {
    await within(
      20_000,
      page.waitForFunction(() => window.opened, undefined, { timeout: 20_000, polling: 20 }),
    );
  } catch (error) {
    if (error instanceof TooLong || /Timeout/.test(String(error))) return { words: { [SESSION]: 'no answer in 20 s' } };
    throw error;
  }
  const opened = await page.evaluate(() => window.opened);
  if (opened?.status === 200) return { words: { [SESSION]: 'kept' }, times: { [FIRST]: opened.answered } };
  return { words: { [SESSION]: '**lost**', [FIRST]: '–' } };
}
