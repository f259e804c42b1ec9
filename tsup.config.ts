import { defineConfig, type Options } from 'tsup';

const shared: Options = {
  entry: ['src/index.ts', 'src/ky.ts', 'src/react.ts', 'src/testing.ts'],
  // The oldest browsers promised: those of late 2023.
  target: 'es2022',
  // For Symbol.dispose, whatever the reader's own "lib" says.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
};

export default defineConfig([
  { ...shared, format: 'esm', splitting: true },
  // Split, the CommonJS files would have code before "use client", which counts only as the first statement.
  { ...shared, format: 'cjs', splitting: false },
  // `npx silent-refresh check`: for Node, and no part of what apps bundle.
  { entry: { check: 'src/check/main.ts' }, target: 'node20', platform: 'node', format: 'esm', splitting: false },
]);
