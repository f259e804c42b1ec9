/** Plays batches of schedules on a core of its own. */

import { parentPort } from 'node:worker_threads';
import { loadClientCode } from './client-code.ts';
import { type Batch, searchBatch } from './search.ts';

// Nobody reads the stacks, and the client makes many errors that it catches.
Error.stackTraceLimit = 0;

const code = loadClientCode();

parentPort?.on('message', async (batch: Batch) => {
  parentPort?.postMessage(await searchBatch(await code, batch));
});
