/** Runs a task alone: among all tabs where there are Web Locks, else at least within this one. */

import { RefreshUnavailableError } from '../errors.js';
import { pageActivated } from '../page.js';
import { isNewer } from '../session/session-record.js';
import { abortable, opened, startTimer } from '../wait.js';
import { abandonedRequestSettled, type MarkedSession } from './pending-request-mark.js';

/** A session whose tabs take turns. */
export interface LockedSession extends MarkedSession {
  /** What the channel, and the word of a newer session, are called. */
  readonly name: string;
  /** The last turn within this tab, where there are no Web Locks. */
  queue: Promise<unknown>;
}

/** Longer than a message takes, even to a busy tab. Firefox doesn't cache a page that holds a lock (bfcache). */
const HANDOVER_MARK_LASTS = 1_000;

/** A request may run on after those who wait for it were told: giving up one that the server has processed is costly. */
const TASK_FACTOR = 3;

/**
 * Runs the task once nobody else runs one. Rejects if its turn hasn't come within `refreshTimeout`, and if the task
 * takes three times as long; its signal is aborted then. Also if, before the task has begun, the page is frozen, or
 * leaves and so loses its place in line.
 *
 * @throws RefreshUnavailableError
 */
export async function runAlone<T>(session: LockedSession, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { lockNames, locks, refreshTimeout } = session;
  const { document } = globalThis;
  const limit = new AbortController();
  const { signal } = limit;
  const giveUp = (why: string) => limit.abort(new RefreshUnavailableError(`${why}; try again.`));
  await pageActivated(session);
  let turn: Promise<T> | undefined;
  let stopTimer = startTimer(refreshTimeout, () =>
    giveUp(`Another tab had its turn for ${refreshTimeout} ms, to refresh, sign in or sign out`),
  );
  // The timers of a frozen page stand still: it would keep out all who come after it.
  const onFreeze = () => giveUp('The page was frozen while it waited for its turn');
  document?.addEventListener('freeze', onFreeze);
  const stopWatch = () => document?.removeEventListener('freeze', onFreeze);
  const begin = () => {
    stopTimer();
    const limitOfTask = refreshTimeout * TASK_FACTOR;
    stopTimer = startTimer(limitOfTask, () => giveUp(`No answer for ${limitOfTask} ms`));
    const work = abandonedRequestSettled(session).then(() => {
      signal.throwIfAborted();
      // What has been sent goes on, and keeps the others out until it is answered.
      stopWatch();
      return task(signal);
    });
    turn = abortable(work, signal);
    return turn;
  };
  try {
    // Let go once the manager has answered: by then it knows of the word left, and those who waited here have gone on.
    // Not so when given up: a frozen page would never hear that answer.
    await inLine(lockNames, () => begin().finally(() => signal.aborted || locks?.query()));
  } catch (error) {
    // A sandboxed frame or an inactive document is refused: https://w3c.github.io/web-locks/#dom-lockmanager-request
    // A page that leaves loses its place in line, and WebKit lets it go on: it would send beside the lock's holder.
    if (!turn && (error as Error).name === 'AbortError') giveUp('The page was left while it waited for its turn');
  }
  if (!turn) {
    const { queue } = session;
    turn = abortable(queue, signal).then(begin);
    // Whoever leaves the queue doesn't let the next one in early.
    session.queue = turn.catch(() => queue);
  }
  return turn.finally(() => {
    stopTimer();
    stopWatch();
  });

  /** One lock after the other, in the same order everywhere: two tabs never wait for each other. */
  async function inLine([name, ...others]: readonly string[], run: () => Promise<unknown>): Promise<unknown> {
    return name ? locks?.request(name, { signal }, () => inLine(others, run)) : run();
  }
}

/**
 * Leaves word of the newest session with the lock manager. A message and a lock travel separately, and the next holder
 * may run before the last one's message arrives (Chromium 156: 17 of 1,500 times, up to 10.6 ms late). The word can't be
 * late: see `runAlone`.
 */
export async function markHandover({ name, locks, record, change }: LockedSession): Promise<void> {
  const word = `${name}@${JSON.stringify({ ...record, token: undefined })}`;
  try {
    await locks?.request(word, { ifAvailable: true }, () => opened(change, HANDOVER_MARK_LASTS));
  } catch {
    // Refused, as above.
  }
}

/** Whether a tab has left word of a session newer than this one: its message is on the way. */
export async function isHandoverPending({ name, locks, record }: LockedSession): Promise<boolean> {
  try {
    const snapshot = await locks?.query();
    const words = snapshot?.held?.map((lock) => lock.name?.split(`${name}@`)[1]);
    return !!words?.some((word) => word?.startsWith('{') && isNewer(JSON.parse(word), record));
  } catch {
    return false;
  }
}
