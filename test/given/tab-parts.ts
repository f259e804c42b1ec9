/** What a tab shares with the others, without a client around it. */

import { deadlinesOf } from '../../src/deadlines.ts';
import type { Tabs } from '../../src/tabs/tabs.ts';
import { gate } from '../../src/wait.ts';
import { newBrowser } from '../world/tabs.ts';

export interface TabParts extends Tabs {
  /** What the hint cookie says; `undefined`: there is no such option. */
  hintIs(value: string | undefined): void;
}

/** A tab whose `refreshTimeout` is 10 s. */
export function tabParts(more: Partial<Tabs> = {}): TabParts {
  const name = newBrowser();
  const listeners = new Set<() => void>();
  let hint: string | undefined;
  return {
    name,
    lockNames: [`silent-refresh:${name}`],
    locks: navigator.locks,
    channel: undefined,
    deadlines: deadlinesOf(10_000),
    hint: {
      read: () => hint,
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    queue: Promise.resolve(),
    isFrozen: false,
    disposed: gate(),
    ...more,
    hintIs(value) {
      hint = value;
      for (const listener of listeners) listener();
    },
  };
}
