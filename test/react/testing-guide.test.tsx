/** The snippets of docs/testing.md, run as they stand there. */

import * as msw from 'msw';
import * as react from 'react';
import * as jsx from 'react/jsx-runtime';
import * as core from 'silent-refresh';
import * as door from 'silent-refresh/react';
import * as testing from 'silent-refresh/testing';
import * as vitest from 'vitest';
import { recipe } from '../given/recipe.ts';
import * as testingLibrary from '../given/testing-library.tsx';
import { network } from '../world/network.ts';

vitest.afterEach(() => testingLibrary.cleanup());

/** Two networks in one process would hear each request twice: the snippet's is the one of these tests. */
const setupServer = (...handlers: msw.AnyHandler[]) => ({
  listen: () => {},
  close: () => {},
  handlersOfEachTest: vitest.beforeEach(() => network.use(...handlers)),
});

const modules = {
  vitest,
  msw,
  react,
  'msw/node': { setupServer },
  'react/jsx-runtime': jsx,
  '@testing-library/react': testingLibrary,
  'silent-refresh': core,
  'silent-refresh/react': door,
  'silent-refresh/testing': testing,
};

for (const text of ['createTestAuth({', 'users: { ada:', 'authServer({ http, hintCookie })', 'fetch: async (input)'])
  vitest.describe(`the snippet with ${text}`, () => {
    recipe('docs/testing.md', text, modules);
  });
