import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path('.'),
  cacheDir: path('../node_modules/.vite'),
  resolve: {
    // Tests of the public face import the published name; here it stands for the source.
    alias: [
      { find: /^silent-refresh$/, replacement: path('../src/index.ts') },
      { find: /^silent-refresh\/ky$/, replacement: path('../src/ky.ts') },
      { find: /^silent-refresh\/react$/, replacement: path('../src/react.tsx') },
    ],
  },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['browser/**'],
    setupFiles: ['world/setup.ts'],
    restoreMocks: true,
    // An unhandled rejection anywhere fails the run: P12.
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
