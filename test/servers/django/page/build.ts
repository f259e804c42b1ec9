/** Bundles what the pages load: the client on the built package, and the surroundings that the browser tests have. */

import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../../../..');

export async function buildScripts(folder: string): Promise<void> {
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('The package is not built yet: npm run build');
  copyFileSync(join(root, 'test/browser/pages/surroundings.js'), join(folder, 'surroundings.js'));
  await build({
    entryPoints: [join(import.meta.dirname, 'client.ts')],
    outfile: join(folder, 'client.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // Without the paths of this project's own configuration, which lead to the source.
    tsconfigRaw: {},
    logLevel: 'warning',
  });
}
