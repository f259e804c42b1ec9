/** Part 5: many requests that wait for one refresh. */

import type { Peer } from '../list-of-peers.ts';
import { openProcess } from '../places/node.ts';
import { within } from '../places/place.ts';
import { figuresOf, write } from '../results/figures.ts';
import { drawLines, type Line } from '../results/lines.ts';
import { table } from '../results/table.ts';
import type { Line as Measured } from '../work/waiting-line.ts';
import { canRequest, type Part, rounds } from './part.ts';

const COUNTS = [1, 10, 100, 1_000, 10_000, 100_000];
/** Milliseconds: where a tenth of them took longer, the whole isn't tried. */
const PATIENCE = 1_500;
/** Milliseconds: whoever isn't through by then has no figure. */
const LONGEST = 15_000;

export const waitingLine: Part = {
  number: 5,
  title: 'The waiting line',

  async run(bench) {
    const peers = bench.peers.filter((peer) => peer.kind !== 'tokens' && canRequest(peer));
    const seen = new Map<string, Measured[]>();
    const of = (peer: Peer, count: number) => seen.get(`${peer.id} ${count}`) ?? [];
    const times = (peer: Peer, count: number) => figuresOf(of(peer, count).map(({ ms }) => ms)).median;

    for (let round = 0; round < rounds(bench, 2); round++) {
      for (const peer of peers) {
        if (peer.cannot?.Node) continue;
        bench.progress(`5: round ${round + 1}: ${peer.id}`);
        const place = await openProcess(bench.bundles, peer.id);
        await place.run('signIn', 'ada');
        const by = peer.kind === 'floor' ? 'fetch alone' : 'the peer';
        const wait = (count: number) => within(LONGEST, place.run('waitInLine', count, by)).catch(() => undefined);
        // Two that aren't counted.
        let line = await wait(200);
        if (line) line = await wait(200);
        for (const count of COUNTS) {
          if (!line) break;
          if (times(peer, count / 10) > PATIENCE || (bench.effort === 'quick' && count > 10_000)) break;
          // The largest once: that takes a while.
          if (count === COUNTS.at(-1) && round > 0) break;
          line = await wait(count);
          if (line) seen.set(`${peer.id} ${count}`, [...of(peer, count), line]);
        }
        await place.close();
      }
    }

    const [floor] = peers;
    const each = (peer: Peer, count: number) => (times(peer, count) / count) * 1_000;
    const bytes = (peer: Peer, count: number) => figuresOf(of(peer, count).map((line) => line.bytes)).median;
    const rows = peers.map((peer) => {
      const name =
        peer.kind === 'ours'
          ? `**${peer.name}**`
          : peer.kind === 'floor'
            ? '`fetch`, the 401, and `fetch` again'
            : peer.name;
      if (!peer.cannot?.Node && !of(peer, 1).length)
        return [
          name,
          `200 of them did not end in ${LONGEST / 1_000} s`,
          ...COUNTS.slice(1).map(() => '–'),
          '–',
          '–',
          '–',
        ];
      if (peer.cannot?.Node) return [name, peer.cannot.Node, ...COUNTS.slice(1).map(() => '–'), '–', '–', '–'];
      const beyond =
        floor && peer !== floor
          ? [each(peer, 10_000) - each(floor, 10_000), bytes(peer, 10_000) - bytes(floor, 10_000)]
          : [];
      const lost = COUNTS.flatMap((count) => of(peer, count).filter(({ good }) => good < count));
      const most = Math.max(...COUNTS.flatMap((count) => of(peer, count).map(({ refreshes }) => refreshes)));
      return [
        `${name}${lost.length ? ' ‡' : ''}`,
        ...COUNTS.map((count) => write(times(peer, count))),
        write(each(peer, 10_000)),
        beyond.length ? `${write(beyond[0] ?? Number.NaN)} µs, ${write((beyond[1] ?? Number.NaN) / 1_000)} kB` : '–',
        peer === floor ? '–' : most,
      ];
    });
    const lines: Line[] = peers
      .filter((peer) => of(peer, 10).length)
      .map((peer) => ({
        name: peer.name,
        look: peer.kind === 'ours' ? 'ours' : peer.kind === 'floor' ? 'floor' : 'peer',
        points: COUNTS.filter((count) => of(peer, count).length).map((count) => ({ x: count, y: times(peer, count) })),
      }));
    return {
      text: `So many requests are sent at once in Node, all meet a 401, wait for one refresh, and are sent again; \`fetch\` answers at once. Milliseconds for all of
them. Where the time for each stays the same from 1,000 on, the line is linear. **Beyond \`fetch\`** is what each of 10,000 takes more than the floor's: time,
and memory that it keeps while it waits. ‡: not all of them were answered.

${table(['', ...COUNTS.map((count) => count.toLocaleString('en')), 'µs for each of 10,000', 'beyond `fetch`, each', 'refreshes'], rows)}

![Time over the length of the line](charts/waiting-line.svg)`,
      charts: {
        'waiting-line.svg': drawLines(
          'The waiting line: milliseconds over requests',
          'Both scales are logarithmic.',
          lines,
        ),
      },
    };
  },
};
