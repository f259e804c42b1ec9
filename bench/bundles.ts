/** Bundles the peers and what runs beside them, as apps are bundled: ES modules for browsers, minified. */

import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import type { Peer } from './list-of-peers.ts';

const HERE = import.meta.dirname;

export const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  // What is published, not the sources.
  alias: { 'silent-refresh': join(HERE, '../dist/index.js') },
  tsconfigRaw: {},
  logLevel: 'error',
} as const satisfies BuildOptions;

export async function bundlePeers(peers: readonly Peer[], folder: string): Promise<void> {
  const files = peers.map(({ id }) => join(HERE, 'peers', `${id}.ts`));
  await build({ ...OPTIONS, entryPoints: files, outdir: folder });
  const work = { ...OPTIONS, entryPoints: [join(HERE, 'work/index.ts')], outfile: join(folder, 'work.js') };
  await build(work);
}

/** @returns the bundle's text */
export async function bundleText(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...OPTIONS, ...options, write: false });
  return outputFiles?.[0]?.contents ?? new Uint8Array();
}

export const peerFile = ({ id }: Peer): string => join(HERE, 'peers', `${id}.ts`);
