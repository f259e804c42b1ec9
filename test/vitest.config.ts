import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The React door's tests, in a page of jsdom, with the React that lies in this folder, but for what that one lacks. */
const inReact = (version: string, folder: string, ...lacks: string[]): TestProjectInlineConfiguration => ({
  extends: true,
  resolve: {
    alias: [{ find: /^(react|react-dom)(\/.+)?$/, replacement: path(`${folder}/node_modules/$1$2`) }],
  },
  test: {
    name: `React ${version}`,
    include: ['react/*.test.tsx'],
    exclude: lacks,
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'https://app.test/' } },
    setupFiles: ['world/react-setup.ts'],
    // What the tests compare with the React that they get.
    provide: { reactVersion: version },
  },
});

/** What needs a DOM, in a page of jsdom: libraries as browsers get them, not as servers do. */
const inPage: TestProjectInlineConfiguration = {
  extends: true,
  resolve: { conditions: ['browser', 'module', 'development'] },
  test: {
    name: 'page',
    include: ['frameworks/*.test.{ts,tsx}', '**/in-a-page/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**'],
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'https://app.test/' } },
    setupFiles: ['world/react-setup.ts'],
    server: { deps: { inline: ['svelte', 'solid-js'] } },
  },
};

export default defineConfig({
  root: path('.'),
  cacheDir: path('../node_modules/.vite'),
  resolve: {
    // Tests of the public face import the published name; here it stands for the source.
    alias: [
      { find: /^silent-refresh$/, replacement: path('../src/index.ts') },
      { find: /^silent-refresh\/ky$/, replacement: path('../src/ky.ts') },
      { find: /^silent-refresh\/react$/, replacement: path('../src/react.ts') },
      { find: /^silent-refresh\/testing$/, replacement: path('../src/testing.ts') },
    ],
  },
  test: {
    restoreMocks: true,
    // Fifty tabs in one process take a while on a machine that is busy.
    testTimeout: 20_000,
    // An unhandled rejection anywhere fails the run: P12.
    dangerouslyIgnoreUnhandledErrors: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: ['browser/**', 'servers/**', 'frameworks/**', '**/in-a-page/**', '**/node_modules/**'],
          setupFiles: ['world/setup.ts'],
        },
      },
      inPage,
      inReact('19', '..'),
      // Only newer Reacts hide a page (they have <Activity>), and have `act` of their own.
      inReact('18.2.0', 'react-18', 'react/hidden-page.test.tsx', 'react/testing-guide.test.tsx'),
    ],
  },
});
