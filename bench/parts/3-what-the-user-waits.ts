/** Part 3: from the click to the answer, when the token has expired. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer } from '../list-of-peers.ts';
import type { Tab } from '../places/chromium.ts';
import { within } from '../places/place.ts';
import { drawBars, lookOf } from '../results/bars.ts';
import { figuresOf, spread, write } from '../results/figures.ts';
import { table } from '../results/table.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { type Bench, canRequest, type Part, rounds } from './part.ts';
import { passLifetime } from './tabs.ts';

/** Milliseconds that the server takes. */
const REFRESH = 60;
const API = 30;
/** A little more than the lifetime of a token. */
const LIFETIME = 3_605_000;
/** Of the page's time: nobody refreshes earlier. */
const NEAR_ITS_END = 305_000;
const STEP = 5_000;
/** On the real clock. */
const SETTLE = 200;

interface Waits {
  /** Milliseconds, in the order of the rounds. */
  readonly at: Map<Peer, number[]>;
  readonly ideal: number[];
}

export const whatTheUserWaits: Part = {
  number: 3,
  title: 'What the user waits',

  async run(bench) {
    const peers = bench.peers.filter((peer) => peer.kind !== 'floor' && canRequest(peer));
    const expired = await measure(bench, peers, 'expired', rounds(bench, 11, 2));
    const foreseen = await measure(bench, peers, 'foreseen', rounds(bench, 4));
    const cells = ({ at, ideal }: Waits, peer: Peer) => {
      const times = at.get(peer) ?? [];
      if (times.length === 0) return ['no answer', '–'];
      const figures = figuresOf(times);
      return [spread(figures), write(figures.median / figuresOf(ideal).median)];
    };
    const rows = peers.map((peer) => [
      peer.kind === 'ours' ? `**${peer.name}**` : peer.name,
      ...cells(expired, peer),
      ...cells(foreseen, peer),
    ]);
    const ideal = ['the ideal', spread(figuresOf(expired.ideal)), '1', spread(figuresOf(foreseen.ideal)), '1'];
    const median = (peer: Peer) => figuresOf(expired.at.get(peer) ?? []).median;
    const bars = peers
      .filter((peer) => Number.isFinite(median(peer)))
      .map((peer) => ({
        name: peer.name,
        value: median(peer),
        text: `${write(median(peer))} ms`,
        look: lookOf(peer.kind),
      }));
    const floor = figuresOf(expired.ideal).median;
    return {
      text: `Milliseconds from the click to the answer. The server takes ${REFRESH} ms for a refresh and ${API} ms for a request.

- **at the expiry**: a token's lifetime has passed, for the server and for the page's clock, but no timer has fired, as after a machine's sleep.
  The ideal is one refresh and one request. Whoever waits for the 401 needs one request more.
- **foreseen**: the page was open and visible all the time, and its timers ran. The ideal is one request, with a token that was refreshed ahead.

${table(['', 'at the expiry, ms', '× the ideal', 'foreseen, ms', '× the ideal'], [ideal, ...rows])}

![Wait at the expiry](charts/wait-at-expiry.svg)`,
      charts: {
        'wait-at-expiry.svg': drawBars(
          'At the expiry: from the click to the answer',
          `The server takes ${REFRESH} ms for a refresh and ${API} ms for a request.`,
          [{ name: 'one refresh, one request', value: floor, text: `${write(floor)} ms`, look: 'floor' }, ...bars],
        ),
      },
    };
  },
};

async function measure(
  bench: Bench,
  peers: readonly Peer[],
  how: 'expired' | 'foreseen',
  count: number,
): Promise<Waits> {
  const { server, chromium, progress } = bench;
  server.reset('everything');
  const waits: Waits = { at: new Map(), ideal: [] };
  const open = async (id: string) => {
    const profile = await chromium.profile(id);
    const tab = await profile.open({ clock: how === 'foreseen' ? 'ours' : 'its own' });
    await tab.run('signIn', 'ada');
    return { tab, close: profile.close };
  };
  const raw = await open('raw-fetch');
  const all = new Map<Peer, Awaited<ReturnType<typeof open>>>();
  for (const peer of peers) {
    const one = await open(peer.id);
    await one.tab.run('request', '/api/me');
    all.set(peer, one);
  }
  Object.assign(server.settings, { refreshLatency: REFRESH, apiLatency: API });
  // The first round warms up.
  for (let round = -1; round < count; round++) {
    progress(`3: ${how}, round ${round + 1} of ${count}`);
    const refreshed = await raw.tab.run('waitForRefreshAndRequest');
    const ideal = how === 'expired' ? refreshed : await raw.tab.run('waitForRequest');
    if (round >= 0) waits.ideal.push(ideal);
    for (const [peer, { tab }] of all) {
      await (how === 'expired' ? passLifetime(server, { tabs: [tab], hours: 0 }) : liveThroughLifetime(server, tab));
      const outcome = await within(10_000, tab.run('request', `/api/me?${round}`)).catch(() => undefined);
      if (round >= 0 && outcome?.status === 200) waits.at.set(peer, [...(waits.at.get(peer) ?? []), outcome.ms]);
    }
  }
  for (const { close } of [raw, ...all.values()]) await close();
  return waits;
}

/**
 * The old token is dead for the server, and the page's timers run for a lifetime: near its end in small steps, with a
 * pause where one of them has sent a request, which takes its time on the real clock.
 */
async function liveThroughLifetime(server: BenchServer, tab: Tab): Promise<void> {
  server.expire();
  await tab.page.clock.runFor(LIFETIME - NEAR_ITS_END);
  for (let left = NEAR_ITS_END; left > 0; left -= STEP) {
    const { refreshCalls } = server.stats();
    await tab.page.clock.runFor(STEP);
    if (server.stats().refreshCalls > refreshCalls) await sleep(SETTLE);
  }
  await sleep(SETTLE);
}
