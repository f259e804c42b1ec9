/** Requests that all meet a 401, and wait for one refresh: how long they take, and what each keeps meanwhile. In Node. */

import { theClient } from './client.ts';
import { type FakeNetwork, installFakeNetwork } from './fake-network.ts';

let network: FakeNetwork;
let at: string;

/** Before the peer is imported: some keep the `fetch` that they find. */
export function fakeNetwork(origin: string): void {
  at = origin;
  network = installFakeNetwork(origin);
}

export interface Line {
  readonly ms: number;
  /** For each request, while all of them wait. */
  readonly bytes: number;
  readonly good: number;
  readonly refreshes: number;
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

/** What is left where nobody does anything but fetch: the 401, one promise for all, and the second request. */
function plainLine(origin: string): (path: string) => Promise<number> {
  let refreshing: Promise<Response> | undefined;
  const old = network.token;
  return async (path) => {
    const first = await fetch(origin + path, { headers: { Authorization: `Bearer ${old}.` } });
    if (first.status !== 401) return first.status;
    refreshing ??= fetch(`${origin}/auth/refresh`);
    await refreshing;
    return (await fetch(origin + path, { headers: { Authorization: `Bearer ${network.token}` } })).status;
  };
}

export async function waitInLine(count: number, by: 'the peer' | 'fetch alone'): Promise<Line> {
  const client = theClient();
  const send = by === 'the peer' ? (path: string) => client.request(path) : plainLine(at);
  network.judging = 'on';
  network.refreshes = 0;
  network.refusals = 0;
  network.expire();
  let open = () => {};
  network.gate = new Promise((resolve) => {
    open = resolve;
  });

  const answers: Promise<number>[] = new Array(count);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  // Each its own: some clients take equal requests for one.
  for (let index = 0; index < count; index++) answers[index] = send(`/api/me?${index}`).catch(() => 0);
  let seen = -1;
  while (network.refusals !== seen) {
    seen = network.refusals;
    await turn();
  }
  const waiting = performance.now();
  globalThis.gc?.();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  const goingOn = performance.now();
  open();
  const statuses = await Promise.all(answers);
  const ms = performance.now() - goingOn + (waiting - start);
  network.judging = 'off';
  return { ms, bytes, good: statuses.filter((status) => status === 200).length, refreshes: network.refreshes };
}
