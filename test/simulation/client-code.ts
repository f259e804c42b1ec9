/** The real client, built from its sources, to be run once for each page with that page's own globals. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type * as SilentRefresh from '../../src/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What differs from page to page. All other globals are those of the process. */
export const PAGE_GLOBALS = [
  ...(['globalThis', 'navigator', 'document', 'location', 'localStorage', 'BroadcastChannel'] as const),
  ...(['Date', 'performance', 'Math', 'setTimeout', 'clearTimeout', 'fetch'] as const),
  ...(['addEventListener', 'removeEventListener', 'reportError'] as const),
];
export type PageGlobals = Readonly<Record<(typeof PAGE_GLOBALS)[number], unknown>>;

export type ClientCode = (globals: PageGlobals) => typeof SilentRefresh;

/** A fault put into the sources on purpose. */
export interface Patch {
  /** From the package's folder. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** @throws where a patch doesn't fit the sources any more */
export async function loadClientCode(patches: readonly Patch[] = []): Promise<ClientCode> {
  const left = new Set(patches);
  const patching: Plugin = {
    name: 'patches',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const patch of patches.filter(({ file }) => path === ROOT + file)) {
          if (contents.split(patch.find).length !== 2)
            throw new Error(`${patch.file} doesn't hold this exactly once: ${patch.find}`);
          contents = contents.replace(patch.find, () => patch.replace);
          left.delete(patch);
        }
        return { contents, loader: 'ts' };
      }),
  };
  const { outputFiles } = await build({
    entryPoints: [`${ROOT}src/index.ts`],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'silentRefresh',
    platform: 'browser',
    target: 'es2022',
    plugins: [patching],
    logLevel: 'silent',
  });
  if (left.size) throw new Error(`No such file in the client: ${[...left][0]?.file}`);
  const code = `${outputFiles[0]?.text}\nreturn silentRefresh;`;
  const run = new Function(...PAGE_GLOBALS, code);
  return (globals) => run(...PAGE_GLOBALS.map((name) => globals[name]));
}
