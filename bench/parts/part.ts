/** What a part of the bench is given, and what it gives. */

import type { Peer } from '../list-of-peers.ts';
import type { Chromium } from '../places/chromium.ts';
import type { BenchServer } from '../server/bench-server.ts';

export interface Bench {
  /** Those that work, in the order of the tables. */
  readonly peers: readonly Peer[];
  readonly server: BenchServer;
  readonly chromium: Chromium;
  /** The folder with the bundled peers. */
  readonly bundles: string;
  /** `quick`: few rounds, to see that it runs. */
  readonly effort: 'quick' | 'whole';
  /** One line, written over the last one. */
  progress(what: string): void;
}

export interface Section {
  /** Markdown, without the heading. */
  readonly text: string;
  /** SVG, by file name. */
  readonly charts?: Readonly<Record<string, string>>;
}

export interface Part {
  readonly number: number;
  readonly title: string;
  run(bench: Bench): Promise<Section>;
}

/** So many rounds, or a few to see that it runs. */
export const rounds = ({ effort }: Bench, whole: number, quick = 1): number => (effort === 'whole' ? whole : quick);

export const canRequest = ({ cannot }: Peer): boolean => !cannot?.requests;
