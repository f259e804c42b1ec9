import { defineConfig, type Options } from 'tsup';

const doors = ['src/index.ts', 'src/ky.ts', 'src/react.ts'];
const forTests = ['src/testing.ts'];

// The oldest browsers promised: those of late 2023.
const shared: Options = { target: 'es2022', sourcemap: true };

const ofApps: Options = {
  ...shared,
  entry: doors,
  dts: {
    // Together: a class of errors in two declarations would be two types.
    entry: [...doors, ...forTests],
    // For Symbol.dispose, whatever the reader's own "lib" says.
    banner: '/// <reference lib="esnext.disposable" />',
  },
  esbuildOptions(options) {
    // What stands behind this label is for the development build: it only tells.
    options.dropLabels = ['DEVELOPMENT'];
  },
};

/** What `silent-refresh` is under the export condition "development". */
const ofDevelopment: Options = { ...shared, entry: ['src/development.ts'], splitting: false };

/** In a build of its own, so that no app's bundle is cut otherwise for its sake. */
const ofTests: Options = {
  ...shared,
  entry: forTests,
  splitting: false,
  esbuildPlugins: [
    {
      name: 'errors-of-the-core',
      setup(build) {
        // An app's `instanceof` must know the errors that a test orders.
        build.onResolve({ filter: /\/errors\.js$/ }, () => ({ path: 'silent-refresh', external: true }));
      },
    },
  ],
};

export default defineConfig([
  { ...ofApps, format: 'esm', splitting: true },
  // Split, the CommonJS files would have code before "use client", which counts only as the first statement.
  { ...ofApps, format: 'cjs', splitting: false },
  { ...ofDevelopment, format: ['esm', 'cjs'] },
  { ...ofTests, format: 'esm' },
  { ...ofTests, format: 'cjs' },
  // `npx silent-refresh check`: for Node, and no part of what apps bundle.
  { entry: { check: 'src/check/main.ts' }, target: 'node20', platform: 'node', format: 'esm', splitting: false },
]);
