/** Part 8: what travels to a browser. */

import { relative, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { bundleText, OPTIONS, peerFile } from '../bundles.ts';
import type { Peer } from '../list-of-peers.ts';
import { drawBars, lookOf } from '../results/bars.ts';
import { table } from '../results/table.ts';
import type { Part } from './part.ts';

interface Size {
  readonly gzip: number;
  readonly brotli: number;
}

const ROOT = resolve(import.meta.dirname, '../..');

const sizeOf = (text: Uint8Array): Size => ({
  gzip: gzipSync(text, { level: 9 }).length,
  brotli: brotliCompressSync(text).length,
});

const kB = (bytes: number): string => (bytes / 1_000).toFixed(2);

export const size: Part = {
  number: 8,
  title: 'Size',

  async run({ peers, progress }) {
    const sizes = new Map<Peer, { whole: Size; added: Size }>();
    for (const peer of peers) {
      progress(`8: ${peer.id}`);
      const entryPoints = [peerFile(peer)];
      const plugins = [leaveOut(peer.madeFor ?? [])];
      const whole = sizeOf(await bundleText({ entryPoints }));
      const added = peer.madeFor ? sizeOf(await bundleText({ entryPoints, plugins })) : whole;
      sizes.set(peer, { whole, added });
    }
    const sorted = peers
      .filter(({ kind }) => kind !== 'floor')
      .toSorted((a, b) => (sizes.get(a)?.added.gzip ?? 0) - (sizes.get(b)?.added.gzip ?? 0));
    const rows = sorted.map((peer) => {
      const { whole, added } = sizes.get(peer) ?? { whole: { gzip: 0, brotli: 0 }, added: { gzip: 0, brotli: 0 } };
      const name = peer.kind === 'ours' ? `**${peer.name}**` : peer.name;
      return [
        name,
        kB(added.gzip),
        kB(added.brotli),
        peer.madeFor?.join(', ') ?? '–',
        kB(whole.gzip),
        kB(whole.brotli),
      ];
    });
    const bars = sorted.map((peer) => {
      const value = sizes.get(peer)?.added.gzip ?? 0;
      return { name: peer.name, value, text: `${kB(value)} kB`, look: lookOf(peer.kind) };
    });
    const { parts, gzip } = await ownParts();
    return {
      text: `Kilobytes, minified as an ES module for browsers: each peer's file in [\`peers/\`](peers), with all that it imports. **What it adds** leaves out the HTTP client or framework that such an
app has anyway.

${table(['', 'what it adds: gzip', 'brotli', 'left out', 'with that: gzip', 'brotli'], rows)}

![What each adds, gzipped](charts/size.svg)

### What this package's parts weigh

\`createAuthClient\` and \`isAuthError\`, ${kB(gzip)} kB gzipped. Each part has its share of that by its minified bytes.

${table(
  ['part', 'minified, kB', 'share', 'gzip, kB'],
  parts.map(({ name, bytes, share }) => [name, kB(bytes), `${(share * 100).toFixed(1)} %`, kB(share * gzip)]),
)}

![What the parts weigh](charts/own-parts.svg)`,
      charts: {
        'size.svg': drawBars(
          'What each adds to an app: kB, gzipped',
          'Without the HTTP client or framework that it is made for.',
          bars,
        ),
        'own-parts.svg': drawBars(
          'silent-refresh: what the parts weigh',
          'Shares of the gzipped size, by minified bytes.',
          parts.map(({ name, share }) => ({
            name,
            value: share,
            text: `${kB(share * gzip)} kB`,
            look: 'ours' as const,
          })),
        ),
      },
    };
  },
};

/** These imports alone: esbuild's own option would leave out all of a package. */
const leaveOut = (imports: readonly string[]): Plugin => ({
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path }) => (imports.includes(path) ? { path, external: true } : undefined));
  },
});

/** By folder of `src/`, and by dependency. */
async function ownParts() {
  const { metafile, outputFiles } = await build({
    ...OPTIONS,
    alias: {},
    stdin: { contents: "export { createAuthClient, isAuthError } from './src/index.ts'", resolveDir: ROOT },
    dropLabels: ['DEVELOPMENT'],
    absWorkingDir: ROOT,
    metafile: true,
    write: false,
  });
  const weights = new Map<string, number>();
  let sum = 0;
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = partOf(relative(ROOT, resolve(ROOT, path)));
      weights.set(name, (weights.get(name) ?? 0) + bytesInOutput);
      sum += bytesInOutput;
    }
  }
  const parts = [...weights]
    .map(([name, bytes]) => ({ name, bytes, share: bytes / sum }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  return { parts, gzip: sizeOf(outputFiles[0]?.contents ?? new Uint8Array()).gzip };
}

function partOf(path: string): string {
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1];
  if (dependency) return dependency;
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? 'the files in src/ itself';
}
