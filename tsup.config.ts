import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/ky.ts'],
  format: ['esm', 'cjs'],
  // The oldest browsers promised: those of late 2023.
  target: 'es2022',
  // For Symbol.dispose, whatever the reader's own "lib" says.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  splitting: true,
  sourcemap: true,
  clean: true,
});
