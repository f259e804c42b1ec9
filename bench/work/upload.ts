/** Uploads of a size; the body is made before anything is measured. */

import { type Outcome, request } from './client.ts';

const MEGABYTE = 1_000_000;

let body: Blob | ArrayBuffer;

export function makeBody(kind: 'Blob' | 'ArrayBuffer', megabytes: number): void {
  // A Blob's parts are kept by the browser's own process.
  const part = new Uint8Array(MEGABYTE).fill(7);
  body = kind === 'Blob' ? new Blob(Array(megabytes).fill(part)) : new Uint8Array(megabytes * MEGABYTE).fill(7).buffer;
}

export const upload = (): Promise<Outcome> =>
  request('/api/digest', { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body });
