/** Part 6: what an upload takes on its way through a client. */

import { watchGrowth } from '../../test/browser/page-memory.ts';
import type { Peer } from '../list-of-peers.ts';
import { type Place, within } from '../places/place.ts';
import { figuresOf, spread, write } from '../results/figures.ts';
import { table } from '../results/table.ts';
import type { Outcome } from '../work/client.ts';
import { type Bench, canRequest, type Part, rounds } from './part.ts';

const BODIES = [
  { kind: 'Blob', megabytes: 200 },
  { kind: 'ArrayBuffer', megabytes: 20 },
] as const;
type Body = (typeof BODIES)[number];

/** `refused`: the first time it meets a 401, so it is sent twice. */
type Token = 'good' | 'refused';

interface Upload {
  readonly ms: number;
  readonly megabytes: number;
}

/** Milliseconds. */
const LONGEST = 30_000;

export const uploads: Part = {
  number: 6,
  title: 'Uploads',

  async run(bench) {
    const peers = bench.peers.filter((peer) => canRequest(peer));
    const seen = new Map<string, (Upload | string)[]>();
    const of = (peer: Peer, { kind }: Body, token: Token) => seen.get(`${peer.id} ${kind} ${token}`) ?? [];

    for (let round = 0; round < rounds(bench, 2); round++) {
      for (const peer of peers) {
        if (peer.cannot?.uploads) continue;
        bench.progress(`6: round ${round + 1}: ${peer.id}`);
        const tab = await openTab(bench, peer);
        for (const body of BODIES) {
          for (const token of ['good', 'refused'] as const) {
            // The large one once, and twice through this package alone: the smaller one shows what a 401 costs.
            if (body.kind === 'Blob' && (round > 0 || (token === 'refused' && peer.kind !== 'ours'))) continue;
            if (token === 'refused' && peer.kind !== 'ours' && peer.kind !== 'requests') continue;
            const what = await send(bench, tab, body, token).catch((error: Error) => error.message.slice(0, 60));
            seen.set(`${peer.id} ${body.kind} ${token}`, [...of(peer, body, token), what]);
          }
        }
        await tab.close();
      }
    }

    const cells = (uploads: readonly (Upload | string)[], floor: readonly (Upload | string)[]) => {
      const done = uploads.filter((upload) => typeof upload !== 'string');
      const plain = figuresOf(floor.filter((upload) => typeof upload !== 'string').map(({ ms }) => ms)).median;
      const reason = uploads.find((upload) => typeof upload === 'string');
      if (done.length === 0) return [reason ?? '–', '–'];
      const times = figuresOf(done.map(({ ms }) => ms));
      return [
        `${spread(times)} (× ${write(times.median / plain)})`,
        figuresOf(done.map(({ megabytes }) => megabytes)).median.toFixed(0),
      ];
    };
    const [floor] = peers;
    const rows = peers.map((peer) => {
      const name = peer.kind === 'ours' ? `**${peer.name}**` : peer.name;
      const reason = peer.cannot?.uploads;
      if (reason) return [name, reason, '–', '–', '–', '–', '–'];
      const plain = (body: Body) => (floor ? of(floor, body, 'good') : []);
      return [
        name,
        ...cells(of(peer, BODIES[0], 'good'), plain(BODIES[0])),
        ...cells(of(peer, BODIES[1], 'good'), plain(BODIES[1])),
        ...cells(of(peer, BODIES[1], 'refused'), plain(BODIES[1])),
      ];
    });
    const ours = peers.find(({ kind }) => kind === 'ours');
    const [twice] = ours ? of(ours, BODIES[0], 'refused') : [];
    const note =
      typeof twice === 'object'
        ? `silent-refresh sent the Blob of 200 MB twice, after a 401, in ${write(twice.ms)} ms; the page grew by ${twice.megabytes.toFixed(0)} MB at most.`
        : '';
    return {
      text: `Milliseconds until the server has digested the whole body, in brackets as a ratio to raw \`fetch\`; and by how many megabytes the page's process grew at most. The body was in the
page before. Those 20 MB are in the page's memory, so the browser's own copy for sending is in the figures of all.

${table(
  ['', '200 MB Blob, ms', 'MB', '20 MB ArrayBuffer, ms', 'MB', '20 MB ArrayBuffer, sent again after a 401, ms', 'MB'],
  rows,
)}

${note}`,
    };
  },
};

async function openTab({ server, chromium }: Bench, peer: Peer): Promise<Place> {
  server.reset('everything');
  const profile = await chromium.profile(peer.id);
  const tab = await profile.open();
  await tab.run('signIn', 'ada');
  return { run: tab.run, close: profile.close };
}

async function send({ server }: Bench, tab: Place, body: Body, token: Token): Promise<Upload> {
  const { status } = await tab.run('request', '/api/me');
  if (status !== 200) throw new Error('not signed in');
  await tab.run('makeBody', body.kind, body.megabytes);
  if (token === 'refused') server.expire();
  // While the memory is watched, nobody waits for a rejection.
  const upload = () => within(LONGEST, tab.run('upload')).catch((error: Error) => ({ error: error.message, ms: 0 }));
  const { result, megabytes } = await watchGrowth<Outcome>(upload);
  if (result.status !== 200) throw new Error(`got ${result.status ?? result.error}`);
  return { ms: result.ms, megabytes };
}
