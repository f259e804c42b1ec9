/** Counts the channels that have been opened and not closed, in a file's tests. */

import { afterEach, beforeEach, vi } from 'vitest';

export function countChannels(): { readonly open: number } {
  const count = { open: 0 };
  beforeEach(() => {
    count.open = 0;
    const Native = BroadcastChannel;
    vi.stubGlobal(
      'BroadcastChannel',
      class extends Native {
        constructor(name: string) {
          super(name);
          count.open++;
        }
        override close() {
          count.open--;
          super.close();
        }
      },
    );
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
  return count;
}
