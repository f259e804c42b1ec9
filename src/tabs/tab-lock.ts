/** Runs a task alone: among all tabs where there are Web Locks, else at least within this one. */

import { RefreshUnavailableError } from '../errors.js';
import type { SessionRecord } from '../session/session.js';
import { abortable, gate, startTimer } from '../wait.js';

export interface TabLock {
  /**
   * Runs the task once nobody else runs one. Rejects if its turn hasn't come within `patience` milliseconds, or when
   * `leave` is aborted before, and if the task takes three times as long; then the task's own signal is aborted.
   *
   * @throws RefreshUnavailableError
   */
  run<T>(task: (signal: AbortSignal) => Promise<T>, patience: number, leave?: AbortController): Promise<T>;
  /**
   * Leaves word of the newest session with the lock manager. A message and a lock travel separately, and the next
   * holder may run before the last one's message arrives (Chromium 156: 17 of 1,500 times, up to 10.6 ms late).
   */
  leaveWord(record: SessionRecord): Promise<void>;
  /** Whether a tab has left word of a session newer than this one: its message is on the way. */
  hasWordOfNewer(record: SessionRecord): Promise<boolean>;
  /** Takes the word back. */
  dispose(): void;
}

/** Longer than a message takes, even to a busy tab. Firefox doesn't cache a page that holds a lock (bfcache). */
const WORD_LASTS = 1_000;

/** A request may run on after those who wait for it were told: giving up one that the server has processed is costly. */
const TASK_FACTOR = 3;

/** What the lock manager gives, or `undefined` where it refuses. */
const ifAllowed = <T>(ask: () => Promise<T> | undefined): Promise<T | undefined> =>
  Promise.resolve()
    .then(ask)
    .catch(() => undefined);

/** The end of a session comes after all its refreshes. */
const place = ({ generation, ended }: SessionRecord): number => (ended ? Infinity : generation);

export function createTabLock(name: string, locks: LockManager | undefined): TabLock {
  let lastTurn: Promise<unknown> = Promise.resolve();
  let takeBack = () => {};

  function runWithinTab<T>(task: () => Promise<T>, leave: AbortSignal): Promise<T> {
    const turn = abortable(lastTurn, leave).then(task);
    // Whoever leaves the queue doesn't let the next one in early.
    lastTurn = Promise.allSettled([lastTurn, turn]).then(() => {});
    return turn;
  }

  async function runAmongTabs<T>(task: () => Promise<T>, leave: AbortSignal): Promise<T> {
    let begun: Promise<T> | undefined;
    try {
      await locks?.request(name, { signal: leave }, () => {
        begun = task();
        return begun;
      });
    } catch (error) {
      if (leave.aborted) throw error;
      // A sandboxed frame or an inactive document is refused: https://w3c.github.io/web-locks/#dom-lockmanager-request
    }
    return begun ?? runWithinTab(task, leave);
  }

  return {
    async run(task, patience, leave = new AbortController()) {
      const late = () =>
        new RefreshUnavailableError('A refresh or sign-in has been under way for too long; try again.');
      const limit = new AbortController();
      let stopTimer = startTimer(patience, () => leave.abort(late()));
      const begin = () => {
        stopTimer();
        stopTimer = startTimer(patience * TASK_FACTOR, () => limit.abort(late()));
        return abortable(task(limit.signal), limit.signal);
      };
      return runAmongTabs(begin, leave.signal).finally(() => stopTimer());
    },

    async leaveWord(record) {
      takeBack();
      const left = gate();
      const over = gate();
      const stopTimer = startTimer(WORD_LASTS, over.open);
      takeBack = () => {
        stopTimer();
        over.open();
      };
      const word = `${name}@${record.epoch}.${place(record)}`;
      const holding = ifAllowed(() =>
        locks?.request(word, { ifAvailable: true }, () => {
          left.open();
          return over.opened;
        }),
      );
      await Promise.race([left.opened, holding]);
    },

    async hasWordOfNewer(record) {
      const { held = [] } = (await ifAllowed(() => locks?.query())) ?? {};
      return held.some((lock) => {
        const [epoch = 0, placed = 0] = lock.name?.split(`${name}@`)[1]?.split('.').map(Number) ?? [];
        return epoch > record.epoch || (epoch === record.epoch && placed > place(record));
      });
    },

    dispose: () => takeBack(),
  };
}
