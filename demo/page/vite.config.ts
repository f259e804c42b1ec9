/** Builds the demo page on the built package, and its client alone at `/client.js`. */

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
        example: `${import.meta.dirname}/example/index.html`,
        tab: `${import.meta.dirname}/tab/tab.html`,
        client: `${import.meta.dirname}/client.ts`,
      },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: ({ name }) => (name === 'client' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
});
