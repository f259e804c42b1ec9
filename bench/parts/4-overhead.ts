/** Part 4: what a request with a good token costs more than raw `fetch`. */

import type { Peer } from '../list-of-peers.ts';
import { openProcess } from '../places/node.ts';
import type { Place } from '../places/place.ts';
import { drawBars, lookOf } from '../results/bars.ts';
import { figuresOf, spread, write } from '../results/figures.ts';
import { table } from '../results/table.ts';
import { type Bench, canRequest, type Part, rounds } from './part.ts';

/** Measured turn by turn: one figure for each round. */
type Measured = Map<Peer, number[]>;

export const overhead: Part = {
  number: 4,
  title: 'A request with a good token',

  async run(bench) {
    const peers = bench.peers.filter(canRequest);
    const inNode = peers.filter(({ cannot }) => !cannot?.Node);
    const times = rounds(bench, 11, 2);

    const node = await openAll(inNode, ({ id }) => openProcess(bench.bundles, id));
    const nodeTime = await takeTurns(bench, 'Node', node, times, (place) => place.run('callMany', 1_000));
    await closeAll(node);

    const counted = await openAll(inNode, ({ id }) => openProcess(bench.bundles, id, 'large'));
    const bytes = await takeTurns(bench, 'allocations', counted, rounds(bench, 3), (place) =>
      place.run('allocations', 1_000),
    );
    await closeAll(counted);

    const noOp = await openAll(peers, (peer) => openPage(bench, peer, 'fake'));
    const pageTime = await takeTurns(bench, 'Chromium', noOp, times, (place) => place.run('callMany', 500));
    await closeAll(noOp);

    const loopback = await openAll(peers, (peer) => openPage(bench, peer, 'real'));
    const real = await takeTurns(bench, 'loopback', loopback, rounds(bench, 11, 2), (place) =>
      place.run('callMany', 50),
    );
    await closeAll(loopback);

    const [floor] = peers;
    if (!floor) throw new Error('There is nobody to measure.');
    const over = (measured: Measured, peer: Peer) =>
      figuresOf((measured.get(peer) ?? []).map((value, round) => value - (measured.get(floor)?.[round] ?? Number.NaN)));
    const ratio = (measured: Measured, peer: Peer) =>
      figuresOf((measured.get(peer) ?? []).map((value, round) => value / (measured.get(floor)?.[round] ?? Number.NaN)));
    const rows = peers.map((peer) => {
      const name = `${peer.kind === 'ours' ? `**${peer.name}**` : peer.name}${peer.readsBody ? ' †' : ''}`;
      if (peer === floor) {
        const own = (measured: Measured) => spread(figuresOf(measured.get(floor) ?? []));
        return [`${name}, in all`, own(nodeTime), own(pageTime), `${own(real)} µs`, own(bytes)];
      }
      const reason = peer.cannot?.Node;
      return [
        name,
        reason ?? spread(over(nodeTime, peer)),
        spread(over(pageTime, peer)),
        `× ${spread(ratio(real, peer))}`,
        reason ?? write(over(bytes, peer).median),
      ];
    });
    const bars = peers
      .filter((peer) => peer !== floor)
      .map((peer) => ({ peer, value: over(pageTime, peer).median }))
      .sort((a, b) => a.value - b.value)
      .map(({ peer, value }) => ({
        name: peer.name,
        value: Math.max(0, value),
        text: `${write(value)} µs`,
        look: lookOf(peer.kind),
      }));
    return {
      text: `Over raw \`fetch\` with a header, in the same round. The no-op columns have a \`fetch\` that answers at once, so only the client's own work is left.
†: it reads the answer's body as well, which the others leave to the caller.

${table(['', 'Node, no-op: µs more', 'Chromium, no-op: µs more', 'Chromium, a server on this machine', 'Node: bytes allocated more'], rows)}

![Microseconds over raw fetch in Chromium](charts/overhead.svg)`,
      charts: {
        'overhead.svg': drawBars(
          'A request with a good token: µs over raw fetch',
          'In Chromium, with a fetch that answers at once.',
          bars,
        ),
      },
    };
  },
};

async function openPage({ chromium }: Bench, { id }: Peer, network: 'real' | 'fake'): Promise<Place> {
  const profile = await chromium.profile(id);
  const tab = await profile.open({ network });
  return { run: tab.run, close: profile.close };
}

async function openAll(peers: readonly Peer[], open: (peer: Peer) => Promise<Place>): Promise<Map<Peer, Place>> {
  const places = new Map<Peer, Place>();
  for (const peer of peers) {
    const place = await open(peer);
    await place.run('signIn', 'ada');
    const { status, error } = await place.run('request', '/api/me');
    if (status !== 200) throw new Error(`${peer.id} got ${status ?? error}`);
    places.set(peer, place);
  }
  return places;
}

async function takeTurns(
  { progress }: Bench,
  what: string,
  places: Map<Peer, Place>,
  count: number,
  measure: (place: Place) => Promise<number>,
): Promise<Measured> {
  const measured: Measured = new Map();
  for (let round = -1; round < count; round++) {
    progress(`4: ${what}, round ${round + 1} of ${count}`);
    for (const [peer, place] of places) {
      const value = await measure(place);
      // The first one warms it up.
      if (round >= 0) measured.set(peer, [...(measured.get(peer) ?? []), value]);
    }
  }
  return measured;
}

async function closeAll(places: Map<Peer, Place>): Promise<void> {
  for (const place of places.values()) await place.close();
}
