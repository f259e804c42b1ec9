/** The peer of this page: created once, and called by the parts. */

import type { Client, CreateClient, Sent } from '../peers/peer.ts';

export interface Outcome {
  readonly status?: number;
  /** Where there was no answer: the error's name, and its text. */
  readonly error?: string;
  readonly ms: number;
}

declare global {
  /** The clock of a page whose `performance` has been replaced. */
  var realNow: (() => number) | undefined;
}

const now = (): number => (globalThis.realNow ?? performance.now.bind(performance))();

let client: Client;
let load: CreateClient;
let origin: string;
let signedOut = 0;

/** @returns milliseconds */
export async function importPeer(url: string): Promise<number> {
  const start = now();
  load = (await import(url)).create;
  return now() - start;
}

/** @returns milliseconds */
export async function create(of = location.origin): Promise<number> {
  origin = of;
  const start = now();
  client = await load({
    origin,
    signedOut: () => {
      signedOut++;
    },
  });
  return now() - start;
}

export const theClient = (): Client => client;

/** How often the peer has sent its user to the login page. */
export const signOuts = (): number => signedOut;

export async function signIn(user: string): Promise<void> {
  await client.signIn(user);
}

export async function request(path: string, sent?: Sent): Promise<Outcome> {
  const start = now();
  try {
    return { status: await client.request(path, sent), ms: now() - start };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error), ms: now() - start };
  }
}

export interface Burst {
  /** How many had a 200. */
  readonly good: number;
  /** What another one had. */
  readonly failure?: string;
}

/** @param patience milliseconds: what isn't answered by then has failed */
export async function burst(count: number, patience: number): Promise<Burst> {
  const late = new Promise<Outcome>((resolve) => setTimeout(resolve, patience, { error: 'too late', ms: patience }));
  const all = Array.from({ length: count }, (_, index) => Promise.race([request(`/api/me?${index}`), late]));
  const outcomes = await Promise.all(all);
  const bad = outcomes.find(({ status }) => status !== 200);
  return {
    good: outcomes.filter(({ status }) => status === 200).length,
    ...(bad && { failure: bad.error ?? String(bad.status) }),
  };
}
