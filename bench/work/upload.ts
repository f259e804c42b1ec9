/** Uploads of a size; the body is made before the clock runs. */

import { type Outcome, request } from './client.ts';

const MEGABYTE = 1_000_000;

export async function upload(kind: 'Blob' | 'ArrayBuffer', megabytes: number): Promise<Outcome> {
  // A Blob's parts are kept by the browser's own process.
  const part = new Uint8Array(MEGABYTE).fill(7);
  const body = kind === 'Blob' ? new Blob(Array(megabytes).fill(part)) : new Uint8Array(megabytes * MEGABYTE).buffer;
  return request('/api/digest', {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body,
  });
}
