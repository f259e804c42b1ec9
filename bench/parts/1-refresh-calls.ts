/** Part 1: how many refreshes one expiry costs, and whether the session outlives it. */

import type { Peer } from '../list-of-peers.ts';
import { within } from '../places/place.ts';
import { drawBars, lookOf } from '../results/bars.ts';
import { range, table } from '../results/table.ts';
import { canRequest, type Part, rounds } from './part.ts';
import { isSignedIn, type OpenTabs, openMore, openTabs, passLifetime, signInAgain } from './tabs.ts';

interface Seen {
  readonly calls: number;
  readonly alarms: number;
  readonly answered: number;
  readonly sent: number;
  readonly session: 'kept' | 'lost';
}

/** Milliseconds: requests that wait for longer have no answer. */
const LONGEST = 5_000;
const TABS = [1, 6, 20];
const REQUESTS = [1, 20, 100];
/** With many tabs once: that takes a while. */
const ROUNDS: Readonly<Record<number, number>> = { 1: 2, 6: 1, 20: 1 };

export const refreshCalls: Part = {
  number: 1,
  title: 'Refresh calls per expiry',

  async run(bench) {
    const { server, chromium, progress } = bench;
    const peers = bench.peers.filter((peer) => peer.kind !== 'floor' && canRequest(peer));
    const seen = new Map<string, Seen[]>();
    const cell = (peer: Peer, tabs: number, requests: number) => `${peer.id} ${tabs} ${requests}`;

    async function expire(open: OpenTabs, requests: number): Promise<Seen> {
      server.reset('stats');
      await passLifetime(server, open);
      const all = open.tabs.map((tab) =>
        within(2 * LONGEST, tab.run('burst', requests, LONGEST)).then(
          ({ good, failure }) => {
            if (failure) progress(`1: ${failure}`);
            return good;
          },
          () => 0,
        ),
      );
      const answered = (await Promise.all(all)).reduce((sum, good) => sum + good, 0);
      const { refreshCalls: calls, reuseAlarms: alarms } = server.stats();
      const [first] = open.tabs;
      const session = first && (await isSignedIn(first)) ? 'kept' : 'lost';
      return { calls, alarms, answered, sent: requests * open.tabs.length, session };
    }

    async function tryOut(peer: Peer): Promise<void> {
      server.reset('everything');
      const open = await openTabs(chromium, peer, 1);
      try {
        for (const tabs of TABS) {
          await openMore(open, tabs);
          for (let round = 0; round < rounds(bench, ROUNDS[tabs] ?? 1); round++) {
            for (const requests of REQUESTS) {
              progress(`1: ${peer.id}, ${tabs} tabs, ${requests} requests, round ${round + 1}`);
              const what = await expire(open, requests);
              const key = cell(peer, tabs, requests);
              seen.set(key, [...(seen.get(key) ?? []), what]);
              if (tabs === TABS.at(-1) && requests === REQUESTS.at(-1)) break;
              await signInAgain(open, what.session === 'lost' ? 'anew' : 'as they are');
            }
          }
        }
      } finally {
        await open.profile.close();
      }
    }

    for (const peer of peers) {
      // What was seen until then counts.
      await tryOut(peer).catch((error: Error) => progress(`1: ${peer.id} stopped: ${error.message}`));
    }

    const cells = TABS.flatMap((tabs) => REQUESTS.map((requests) => ({ tabs, requests })));
    const of = (peer: Peer, { tabs, requests }: { tabs: number; requests: number }) =>
      seen.get(cell(peer, tabs, requests)) ?? [];
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    const rows = peers.map((peer) => {
      const all = cells.flatMap((each) => of(peer, each));
      return [
        peer.kind === 'ours' ? `**${peer.name}**` : peer.name,
        ...cells.map((each) => {
          const here = of(peer, each);
          const lost = here.some(({ session }) => session === 'lost');
          return `${range(here.map(({ calls }) => calls))}${lost ? ' ✗' : ''}`;
        }),
        total(all.map(({ alarms }) => alarms)),
        `${all.filter(({ session }) => session === 'lost').length} of ${all.length}`,
        `${((100 * total(all.map(({ answered }) => answered))) / total(all.map(({ sent }) => sent))).toFixed(0)} %`,
      ];
    });

    const last = { tabs: 20, requests: 100 };
    const bars = peers.map((peer) => {
      const [here] = of(peer, last);
      const text = `${here?.calls}${here?.session === 'lost' ? ', session lost' : ''}`;
      return { name: peer.name, value: here?.calls ?? 0, text, look: lookOf(peer.kind) };
    });
    return {
      text: `Tabs × requests that are sent at once, after a token's lifetime has passed. **1 is the ideal.** ✗: the session was lost at least once, so
that the user had to sign in again. Where rounds differ, the least and the most are shown: ${ROUNDS[1]} rounds with 1 tab, ${ROUNDS[20]} with more.

${table(['', ...cells.map(({ tabs, requests }) => `${tabs} × ${requests}`), 'reuse alarms', 'sessions lost', `requests answered in ${LONGEST / 1_000} s`], rows)}

![Refresh calls of 20 tabs that send 100 requests each](charts/refresh-calls.svg)`,
      charts: {
        'refresh-calls.svg': drawBars(
          'One expiry, 20 tabs × 100 requests: refresh calls',
          'One is enough. The scale is logarithmic.',
          bars,
          'log',
        ),
      },
    };
  },
};
