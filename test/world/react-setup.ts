/** Before the tests of the React door: a network as before the others, and a console on which nothing may be said. */

import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { hearComplaints, unexpectedComplaints } from './complaints.ts';
import { network } from './network.ts';
import { disposeClients } from './tabs.ts';
import { removeTrees } from './tree.tsx';
import { rest } from './waiting.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the React that a project's tests are for; the beginning of it, at least. */
    reactVersion: string;
  }
}

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));

beforeEach(() => hearComplaints());

afterEach(async () => {
  await removeTrees();
  disposeClients();
  vi.useRealTimers();
  network.resetHandlers();
  localStorage.clear();
  await rest();
  expect(unexpectedComplaints()).toEqual([]);
});

afterAll(() => network.close());
