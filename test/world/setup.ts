/** Before the tests: a page around the client, and no request that a test doesn't know of. */

import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { freeLocks } from './locks.ts';
import { network } from './network.ts';
import { resetPage } from './page.ts';
import { disposeClients } from './tabs.ts';

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));

afterEach(async () => {
  disposeClients();
  // First: the spy on a stopped clock would put that clock back.
  vi.restoreAllMocks();
  vi.useRealTimers();
  await freeLocks();
  network.resetHandlers();
  resetPage();
});

afterAll(() => network.close());
