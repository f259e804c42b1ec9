/** One fault: how it is brought about, and what is looked at. */

import type { Peer } from '../../list-of-peers.ts';
import { figuresOf, spread } from '../../results/figures.ts';
import type { Bench } from '../part.ts';

export interface FaultSeen {
  readonly counts?: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly times?: Readonly<Record<string, number>>;
  readonly words?: Readonly<Record<string, string>>;
}

export interface Fault {
  readonly title: string;
  /** For the reader: what happens, and what would be right. */
  readonly story: string;
  readonly columns: readonly string[];
  readonly rounds: number;
  /** Peers of this fault alone. */
  readonly also?: readonly Peer[];
  /** Why a peer can't play it. */
  cannot?(peer: Peer): string | undefined;
  play(peer: Peer, bench: Bench): Promise<FaultSeen>;
}

export const mean = (times: readonly number[]): string => `${spread(figuresOf(times))} ms`;

/** What came of a request, in a word. */
export const wordOf = ({ status, error }: { status?: number; error?: string }): string =>
  status === undefined ? `an error: ${(error ?? '').replace(/:.*/s, '').slice(0, 40)}` : String(status);
