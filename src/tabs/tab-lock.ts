/** Runs a task alone: among all tabs where there are Web Locks, else at least within this one. */

import type { SessionRecord } from '../session/session.js';
import { abortable, gate, startTimer, within } from '../wait.js';

export interface TabLock {
  /**
   * Runs the task once nobody else runs one. Aborts `patience`, and rejects, if its turn hasn't come within `atMost`
   * milliseconds; that means nothing to a task that has begun. One that doesn't end lets the others in after a while.
   */
  run<T>(task: () => Promise<T>, atMost: number, patience?: AbortController): Promise<T>;
  /**
   * Leaves word of the newest session with the lock manager. A message and a lock travel separately, and the next
   * holder may run before the last one's message arrives (Chromium 156: 17 of 1,500 times, up to 10.6 ms late).
   */
  leaveWord(record: SessionRecord): Promise<void>;
  /** Whether a tab has left word of a session newer than this one: its message is on the way. */
  hasWordOfNewer(record: SessionRecord): Promise<'newer' | 'nothing-newer'>;
  /** Takes the word back. */
  dispose(): void;
}

/** Longer than a message takes, even to a busy tab. Firefox doesn't cache a page that holds a lock (bfcache). */
const WORD_LASTS = 1_000;

/** @param longest milliseconds that a task may keep the others out */
export function createTabLock(name: string, longest: number, locks: LockManager | undefined): TabLock {
  const wordPrefix = `${name}@`;
  let lastTurn: Promise<void> = Promise.resolve();
  let takeBack = () => {};

  async function runWithinTab<T>(task: () => Promise<T>, patience: AbortSignal): Promise<T> {
    const before = lastTurn;
    const turn = gate();
    lastTurn = before.then(() => turn.opened);
    try {
      await abortable(before, patience);
      const result = task();
      await within(longest, result, () => {});
      return result;
    } finally {
      turn.open();
    }
  }

  async function runAmongTabs<T>(task: () => Promise<T>, patience: AbortSignal, web: LockManager): Promise<T> {
    let result: Promise<T> | undefined;
    try {
      await web.request(name, { signal: patience }, () => {
        result = task();
        return within(longest, result, () => {});
      });
    } catch (error) {
      if (patience.aborted) throw error;
      // A sandboxed frame or an inactive document is refused: https://w3c.github.io/web-locks/#dom-lockmanager-request
    }
    return result ?? runWithinTab(task, patience);
  }

  return {
    async run(task, atMost, patience = new AbortController()) {
      const stopTimer = startTimer(atMost, () => patience.abort());
      const begin = () => {
        stopTimer();
        return task();
      };
      const running = locks ? runAmongTabs(begin, patience.signal, locks) : runWithinTab(begin, patience.signal);
      return running.finally(stopTimer);
    },

    async leaveWord({ epoch, generation }) {
      takeBack();
      const left = gate();
      const over = gate();
      const stopTimer = startTimer(WORD_LASTS, over.open);
      takeBack = () => {
        stopTimer();
        over.open();
      };
      const holding = locks?.request(`${wordPrefix}${epoch}.${generation}`, { ifAvailable: true }, () => {
        left.open();
        return over.opened;
      });
      await Promise.race([left.opened, holding?.catch(() => {})]);
    },

    async hasWordOfNewer(record) {
      const { held = [] } = (await locks?.query().catch(() => undefined)) ?? {};
      const newer = held.some((lock) => lock.name?.startsWith(wordPrefix) && isLater(lock.name, record));
      return newer ? 'newer' : 'nothing-newer';
    },

    dispose: () => takeBack(),
  };

  function isLater(word: string, { epoch, generation }: SessionRecord): boolean {
    const [wordEpoch = 0, wordGeneration = 0] = word.slice(wordPrefix.length).split('.').map(Number);
    return wordEpoch > epoch || (wordEpoch === epoch && wordGeneration > generation);
  }
}
