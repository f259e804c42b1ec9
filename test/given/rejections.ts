/** Rejections that nobody handles, in a file's tests: there are none. */

import { afterEach, beforeEach, expect, vi } from 'vitest';
import { rest } from '../world/waiting.ts';

/** Those of the test that runs; any fails it. */
export function noteUnhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rest();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
  return unhandled;
}
