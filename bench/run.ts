/** `npm run bench`: this package and its peers, side by side; all parts, or those whose numbers are given. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlePeers } from './bundles.ts';
import { installPeers } from './install-peers.ts';
import { PEERS, WITH_HINT } from './list-of-peers.ts';
import { PARTS } from './parts/all-parts.ts';
import type { Section } from './parts/part.ts';
import { canRequest } from './parts/part.ts';
import { startChromium } from './places/chromium.ts';
import { writeResults } from './results/write-results.ts';
import { whatIsWrong } from './sanity.ts';
import { createBenchServer } from './server/bench-server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    trace: { type: 'boolean' },
  },
});
const numbers = positionals.map(Number);
const strange = positionals.find((number) => !PARTS.some((part) => String(part.number) === number));
if (strange) throw new Error(`There is no part ${strange}: they are 1 to ${PARTS.length}.`);
const parts = PARTS.filter(({ number }) => numbers.length === 0 || numbers.includes(number));
const wanted = values.only?.split(',');
/** Only such a run writes files: what stands there is from one run. */
const isWhole = parts.length === PARTS.length && !wanted && (!values.quick || values.write);

const start = performance.now();
const since = () => `${Math.round((performance.now() - start) / 1_000)} s`.padStart(6);
const progress = (what: string) => {
  if (values.trace) console.log(`${since()}  ${what}`);
  else if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${since()}  ${what.slice(0, 100)}`);
};
const say = (what: string) => console.log(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${since()}  ${what}`);

installPeers(say);
const bundles = mkdtempSync(join(tmpdir(), 'silent-refresh-bench-'));
const listed = PEERS.filter(({ id }) => !wanted || wanted.includes(id));
await bundlePeers([...listed, WITH_HINT], bundles);
const server = await createBenchServer(bundles);
const chromium = await startChromium(server.url);

try {
  const peers = [];
  for (const peer of listed) {
    progress(`trying ${peer.id}`);
    const wrong = canRequest(peer) ? await whatIsWrong(peer, server, chromium) : undefined;
    if (wrong) say(`NOT MEASURED: ${peer.name}: ${wrong}`);
    else peers.push(peer);
  }
  const bench = { peers, server, chromium, bundles, effort: values.quick ? 'quick' : 'whole', progress } as const;

  const sections = new Map<number, Section>();
  for (const part of parts) {
    say(`${part.number}. ${part.title}`);
    server.reset('everything');
    // The others shall not be lost with it.
    const section = await part
      .run(bench)
      .catch((error: Error): Section => ({ text: `Not measured: ${error.message}` }));
    sections.set(part.number, section);
    if (!isWhole) console.log(`\n${section.text}\n`);
  }

  if (isWhole) {
    const minutes = (performance.now() - start) / 60_000;
    for (const [name, text] of writeResults(PARTS, sections, {
      peers,
      chromium: chromium.version,
      minutes,
      effort: bench.effort,
    }))
      writeFileSync(join(import.meta.dirname, name), text);
    say('bench/RESULTS.md is written.');
  }
} finally {
  await chromium.close();
  await server.close();
  rmSync(bundles, { recursive: true });
}
