/** Part 7: from a new page's script to its first authorised answer. */

import type { Peer } from '../list-of-peers.ts';
import type { Profile } from '../places/chromium.ts';
import { within } from '../places/place.ts';
import { prerenderIn } from '../places/prerender.ts';
import { figuresOf, spread } from '../results/figures.ts';
import { table } from '../results/table.ts';
import type { Opened } from '../work/new-tab.ts';
import { type Bench, canRequest, type Part, rounds } from './part.ts';
import { openTabs } from './tabs.ts';

/** Milliseconds that a refresh takes at the server. */
const REFRESH = 60;
const LONGEST = 15_000;

type Where = 'with another tab' | 'without another tab' | 'prerendered';

export const newTab: Part = {
  number: 7,
  title: 'A new tab',

  async run(bench) {
    const peers = bench.peers.filter((peer) => peer.kind !== 'floor' && canRequest(peer));
    const seen = new Map<string, Opened[]>();
    const calls = new Map<string, number[]>();
    const note = (peer: Peer, where: Where, opened: Opened | undefined) => {
      const key = `${peer.id} ${where}`;
      if (opened) seen.set(key, [...(seen.get(key) ?? []), opened]);
      calls.set(key, [...(calls.get(key) ?? []), bench.server.stats().refreshCalls]);
    };

    for (let round = 0; round < rounds(bench, 5); round++) {
      for (const peer of peers) {
        bench.progress(`7: round ${round + 1}: ${peer.id}`);
        bench.server.reset('everything');
        const { profile, tabs } = await openTabs(bench.chromium, peer, 1);
        bench.server.settings.refreshLatency = REFRESH;
        bench.server.reset('stats');
        note(peer, 'with another tab', await openOne(bench, peer, profile));
        for (const tab of tabs) await tab.close();
        bench.server.reset('stats');
        note(peer, 'without another tab', await openOne(bench, peer, profile));
        await profile.close();
      }
    }
    const prerender = await prerenderIn(bench.server.url);
    for (let round = 0; round < rounds(bench, 3); round++) {
      for (const peer of peers) {
        bench.progress(`7: prerendered, round ${round + 1}: ${peer.id}`);
        bench.server.reset('everything');
        bench.server.settings.refreshLatency = REFRESH;
        note(peer, 'prerendered', await within(LONGEST, prerender.follow(peer.id)).catch(() => undefined));
      }
    }
    await prerender.quit();

    const of = (peer: Peer, where: Where) =>
      (seen.get(`${peer.id} ${where}`) ?? []).filter(
        ({ status, prerendered }) => status === 200 && prerendered === (where === 'prerendered'),
      );
    const cell = (peer: Peer, where: Where, name: 'answered' | 'withoutImport') => {
      const opened = of(peer, where);
      return opened.length ? spread(figuresOf(opened.map((each) => each[name]))) : 'no answer';
    };
    const refreshed = (peer: Peer, where: Where) => figuresOf(calls.get(`${peer.id} ${where}`) ?? []).median;
    const rows = peers.map((peer) => [
      peer.kind === 'ours' ? `**${peer.name}**` : peer.name,
      cell(peer, 'with another tab', 'answered'),
      cell(peer, 'with another tab', 'withoutImport'),
      refreshed(peer, 'with another tab'),
      cell(peer, 'without another tab', 'answered'),
      refreshed(peer, 'without another tab'),
      cell(peer, 'prerendered', 'answered'),
    ]);
    return {
      text: `Milliseconds from the start of the page's script to the first answer of the API; a refresh takes ${REFRESH} ms at the server. A client that keeps its token in
localStorage has it in a new tab at once, and so has every other script of the page. **Prerendered**: Chromium has loaded the page before the user goes there, while
another tab is signed in; the time runs from when the page is shown.

${table(
  ['', 'with another tab', '… without the import', 'refreshes', 'without another tab', 'refreshes', 'prerendered'],
  rows,
)}`,
    };
  },
};

async function openOne({ server }: Bench, peer: Peer, { context }: Profile): Promise<Opened | undefined> {
  const page = await context.newPage();
  await page.goto(`${server.url}/opens/${peer.id}`);
  await page.waitForFunction(() => window.opened, undefined, { timeout: LONGEST, polling: 5 }).catch(() => {});
  const opened = await page.evaluate(() => window.opened);
  await page.close();
  return opened;
}
