import { defineConfig, type Options } from 'tsup';

const shared: Options = {
  // The oldest browsers promised: those of late 2023.
  target: 'es2022',
  sourcemap: true,
};

const production: Options = {
  ...shared,
  entry: ['src/index.ts', 'src/ky.ts', 'src/react.ts'],
  // For Symbol.dispose, whatever the reader's own "lib" says.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  esbuildOptions(options) {
    // What stands behind this label is for the build below: it only tells.
    options.dropLabels = ['DEVELOPMENT'];
  },
};

export default defineConfig([
  { ...production, format: 'esm', splitting: true },
  // Split, the CommonJS files would have code before "use client", which counts only as the first statement.
  { ...production, format: 'cjs', splitting: false },
  // What `silent-refresh` is under the export condition "development".
  { ...shared, entry: ['src/development.ts'], format: ['esm', 'cjs'], splitting: false },
  // `npx silent-refresh check`: for Node, and no part of what apps bundle.
  { entry: { check: 'src/check/main.ts' }, target: 'node20', platform: 'node', format: 'esm', splitting: false },
]);
