/**
 * `npm run test:simulation`: plays any number of schedules over all cores, and tells the story of the first that breaks a
 * promise, shrunk to what matters.
 *
 *   npm run test:simulation -- --runs 1000000 --seed 7 --cores 4
 *   npm run test:simulation -- --holder body    plays only worlds without a cookie; cookie: only those with one; hint: only those
 *                                               with a hint cookie beside it
 *   npm run test:simulation -- --replay counterexample.json    or a file of found/
 */

import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { loadClientCode } from './client-code.ts';
import { play } from './play.ts';
import type { Worlds } from './schedule/draw.ts';
import type { Plan } from './schedule/plan.ts';
import { tell } from './schedule/story.ts';
import type { Batch, BatchResult } from './search.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    cores: { type: 'string', default: String(availableParallelism()) },
    holder: { type: 'string', default: 'all' },
    replay: { type: 'string' },
  },
});

/** How many schedules a worker plays before it reports. */
const BATCH = 500;
const COUNTEREXAMPLE = 'counterexample.json';

if (values.replay) await replay(values.replay);
else await search(Number(values.runs), Number(values.seed ?? Date.now() % 2 ** 31), Number(values.cores));

async function replay(file: string): Promise<void> {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  // Those in found/ have their fault beside the plan.
  const plan: Plan = content.plan ?? content;
  const played = await play(await loadClientCode(), plan, true);
  console.log(tell(plan, played));
  if (played.violation) process.exitCode = 1;
}

async function search(runs: number, seed: number, cores: number): Promise<void> {
  const worlds = values.holder as Worlds;
  if (!['all', 'cookie', 'body', 'hint'].includes(worlds))
    throw new Error(`--holder ${worlds}: give cookie, body or hint.`);
  console.log(`${runs} schedules, seed ${seed}, holder ${worlds}, ${cores} workers`);
  const began = performance.now();
  let next = 0;
  let done = 0;
  let refreshes = 0;
  let requests = 0;
  let lostOnTheWay = 0;
  let goneWithPage = 0;
  let found: Plan | undefined;

  const showProgress = () => {
    const seconds = (performance.now() - began) / 1_000;
    const rate = Math.round(done / seconds);
    console.log(`${done} played, ${rate} a second, ${refreshes} refreshes, ${requests} requests in all`);
  };
  const progress = setInterval(showProgress, 10_000);

  async function work(): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    while (next < runs && !found) {
      // Each batch has a seed of its own, so that the number of workers changes nothing.
      const batch: Batch = { seed: seed + next, runs: Math.min(BATCH, runs - next), worlds };
      next += batch.runs;
      worker.postMessage(batch);
      const [result] = (await once(worker, 'message')) as [BatchResult];
      done += result.played;
      refreshes += result.refreshes;
      requests += result.requests;
      lostOnTheWay += result.lostOnTheWay;
      goneWithPage += result.goneWithPage;
      found ??= result.counterexample;
    }
    await worker.terminate();
  }
  await Promise.all(Array.from({ length: cores }, work));
  clearInterval(progress);
  showProgress();
  console.log(`Presented again: ${lostOnTheWay} whose answer was lost, ${goneWithPage} that had gone with a page.`);
  if (!found) {
    // A batch that took too long was cut short, and proves nothing of the rest.
    const isWhole = done >= runs;
    console.log(isWhole ? 'No promise was broken.' : `Only ${done} of ${runs} were played: that proves nothing.`);
    if (!isWhole) process.exitCode = 1;
    return;
  }
  writeFileSync(COUNTEREXAMPLE, JSON.stringify(found, undefined, 2));
  console.log(tell(found, await play(await loadClientCode(), found, true)));
  console.log(`\nAgain: npm run test:simulation -- --replay ${COUNTEREXAMPLE}`);
  process.exitCode = 1;
}
