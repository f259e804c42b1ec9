/** Part 9: importing and creating, in a page and in Node. */

import type { Peer } from '../list-of-peers.ts';
import { openProcess } from '../places/node.ts';
import { figuresOf, spread } from '../results/figures.ts';
import { table } from '../results/table.ts';
import { type Part, rounds } from './part.ts';

interface Start {
  readonly importing: number;
  readonly creating: number;
}

export const start: Part = {
  number: 9,
  title: 'Start',

  async run(bench) {
    const peers = bench.peers.filter(({ kind }) => kind !== 'floor');
    const inPages = new Map<Peer, Start[]>();
    const inNode = new Map<Peer, Start[]>();
    const note = (map: Map<Peer, Start[]>, peer: Peer, start: Start) =>
      map.set(peer, [...(map.get(peer) ?? []), start]);

    for (let round = 0; round < rounds(bench, 9, 2); round++) {
      for (const peer of peers) {
        bench.progress(`9: round ${round + 1}: ${peer.id}`);
        const profile = await bench.chromium.profile(peer.id);
        note(inPages, peer, await profile.open());
        await profile.close();
        if (peer.cannot?.Node) continue;
        const process = await openProcess(bench.bundles, peer.id);
        note(inNode, peer, process);
        await process.close();
      }
    }

    const cell = (starts: readonly Start[] | undefined, name: keyof Start) =>
      starts ? spread(figuresOf(starts.map((each) => each[name]))) : undefined;
    const rows = peers.map((peer) => [
      peer.kind === 'ours' ? `**${peer.name}**` : peer.name,
      cell(inPages.get(peer), 'importing') ?? '–',
      cell(inPages.get(peer), 'creating') ?? '–',
      cell(inNode.get(peer), 'importing') ?? peer.cannot?.Node ?? '–',
      cell(inNode.get(peer), 'creating') ?? '–',
    ]);
    return {
      text: `Milliseconds, in a fresh page and in a fresh process; the HTTP client that it is made for is imported with it. The page's bundle comes from a server on this machine, in a fresh profile,
so compiling is in the figures and a network isn't. Nobody is signed in.

${table(['', 'Chromium: import', 'create', 'Node: import', 'create'], rows)}`,
    };
  },
};
