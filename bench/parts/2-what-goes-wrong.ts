/** Part 2: faults of timing, of networks and of servers, one at a time. */

import type { Peer } from '../list-of-peers.ts';
import { range, table } from '../results/table.ts';
import { alwaysRefused } from './faults/always-refused.ts';
import { anotherUser } from './faults/another-user.ts';
import { type Fault, type FaultSeen, mean } from './faults/fault.ts';
import { lateRefusal } from './faults/late-refusal.ts';
import { outage } from './faults/outage.ts';
import { tabDeath } from './faults/tab-death.ts';
import { canRequest, type Part, rounds } from './part.ts';

const FAULTS: readonly Fault[] = [lateRefusal, tabDeath, anotherUser, outage('503'), outage('drop'), alwaysRefused];

export const whatGoesWrong: Part = {
  number: 2,
  title: 'What goes wrong',

  async run(bench) {
    const peers = bench.peers.filter((peer) => peer.kind !== 'floor' && canRequest(peer));
    const texts: string[] = [];
    for (const fault of FAULTS) {
      const seen = new Map<Peer, FaultSeen[]>();
      const concerned = [...(fault.also ?? []), ...peers].sort(
        (a, b) => Number(b.kind === 'ours') - Number(a.kind === 'ours'),
      );
      for (let round = 0; round < rounds(bench, fault.rounds); round++) {
        for (const peer of concerned) {
          bench.progress(`2: ${fault.title}, round ${round + 1}: ${peer.id}`);
          bench.server.reset('everything');
          const cannot = fault.cannot?.(peer);
          const what = cannot
            ? { words: { [fault.columns[0] ?? '']: cannot } }
            : await fault.play(peer, bench).catch(
                (error: Error): FaultSeen => ({
                  words: { [fault.columns[0] ?? '']: `not measured: ${error.message.slice(0, 60)}` },
                }),
              );
          seen.set(peer, [...(seen.get(peer) ?? []), what]);
        }
      }
      const rows = concerned.map((peer) => [
        peer.kind === 'ours' ? `**${peer.name}**` : peer.name,
        ...fault.columns.map((column) => cellOf(column, seen.get(peer) ?? [])),
      ]);
      texts.push(`### ${fault.title}\n\n${fault.story}\n\n${table(['', ...fault.columns], rows)}`);
    }
    return { text: texts.join('\n\n') };
  },
};

/** Counts as a range, times as their median, words as they are, how often each. */
function cellOf(column: string, seen: readonly FaultSeen[]): string {
  const words = seen.map((each) => each.words?.[column]).filter((word) => word !== undefined);
  if (words.length) {
    const kinds = [...new Set(words)];
    return kinds
      .map((kind) => {
        const count = words.filter((word) => word === kind).length;
        return kinds.length > 1 ? `${kind} (${count} of ${words.length})` : kind;
      })
      .join(', ');
  }
  const times = seen.map((each) => each.times?.[column]).filter((time) => time !== undefined);
  if (times.length) return mean(times);
  return range(seen.map((each) => each.counts?.[column]).filter((count) => count !== undefined));
}
