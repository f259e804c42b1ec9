/** Requests with a good token, one after the other. */

import { theClient } from './client.ts';

/** @returns microseconds for each */
export async function callMany(count: number): Promise<number> {
  const client = theClient();
  const start = performance.now();
  for (let call = 0; call < count; call++) await client.request('/api/me');
  return ((performance.now() - start) / count) * 1_000;
}

/** Only in Node, and with a young generation that is large enough for all of them. @returns bytes for each */
export async function allocations(count: number): Promise<number> {
  const client = theClient();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let call = 0; call < count; call++) await client.request('/api/me');
  return (process.memoryUsage().heapUsed - before) / count;
}
