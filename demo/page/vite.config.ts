/** Builds the demo page on the built package, and the package as a module that a console or a test can import. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Its polyfill would be one more script, for browsers that are older than those promised.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        page: `${import.meta.dirname}/index.html`,
        'silent-refresh': `${import.meta.dirname}/silent-refresh.ts`,
      },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: ({ name }) => (name === 'silent-refresh' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
});
