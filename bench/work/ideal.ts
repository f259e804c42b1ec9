/** The least that a user can wait for: plain requests, by hand, in a page that has signed in with raw `fetch`. */

import { refresh } from '../peers/cookie-server.ts';

let token: string;

/** @returns milliseconds */
export async function waitForRefreshAndRequest(): Promise<number> {
  const start = performance.now();
  token = await refresh(location.origin);
  await fetch(`${location.origin}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
  return performance.now() - start;
}

/** @returns milliseconds */
export async function waitForRequest(): Promise<number> {
  const start = performance.now();
  await fetch(`${location.origin}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
  return performance.now() - start;
}
