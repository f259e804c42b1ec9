/** Runs a task alone: among all tabs where there are Web Locks, else at least within this one. */

import { RefreshUnavailableError } from '../errors.js';
import { pageRuns } from '../page.js';
import { abortable, startTimer } from '../wait.js';
import { abandonedRequestSettled } from './pending-request-mark.js';
import type { Tabs } from './tabs.js';

/** A turn, as the task in it sees it. */
export interface Turn {
  /** Aborted when the turn is given up. */
  readonly signal: AbortSignal;
  /**
   * To be called right before the request is sent. What has been sent goes on, and keeps the others out until it is
   * answered, whatever becomes of the page.
   *
   * @throws RefreshUnavailableError the turn has been given up by now
   */
  begin(): void;
}

/**
 * Runs the task when no other one runs. Rejects if its turn hasn't come in time, and if the task takes too long (see
 * `deadlines.ts`); its signal is aborted then. Also if, before the task sends its request, the page is frozen or left.
 *
 * @throws RefreshUnavailableError
 */
export async function runAlone<T>(tabs: Tabs, task: (turn: Turn) => Promise<T>): Promise<T> {
  await pageRuns(tabs);
  const limits = limitTurn(tabs);
  const { signal } = limits;
  const stopLooking = lookAtHolders(tabs);
  let turn: Promise<T> | undefined;
  const takeTurn = () => {
    limits.turnHasCome();
    stopLooking();
    const work = abandonedRequestSettled(tabs).then(() => {
      signal.throwIfAborted();
      return task(limits);
    });
    turn = abortable(work, signal);
    return turn;
  };
  // The lock is kept until the manager has answered a query: by then it knows the mark of a handover, and its next holder
  // will see that. Not so when given up, before that answer too: a frozen page would never hear it.
  const managerAnswered = async () => tabs.locks?.query();
  const takeTurnUnderLock = () => takeTurn().finally(() => signal.aborted || abortable(managerAnswered(), signal));
  try {
    await requestLocks(tabs, tabs.lockNames, signal, takeTurnUnderLock);
  } catch (error) {
    // A sandboxed frame or an inactive document is refused: https://w3c.github.io/web-locks/#dom-lockmanager-request
    // A page that is left loses its place in line, and WebKit lets it go on: it would send beside the lock's holder.
    if (!turn && (error as Error).name === 'AbortError')
      limits.giveUp('The page was left while it waited for its turn');
  }
  turn ??= queueInThisTab(tabs, signal, takeTurn);
  return turn.finally(() => {
    limits.stop();
    stopLooking();
  });
}

/** Milliseconds between two looks. */
const LOOK_INTERVAL = 1_000;

/**
 * A page in Chromium's back/forward cache keeps its lock from those who are in line already. The browser throws the page
 * away when somebody asks who holds the locks.
 */
function lookAtHolders({ locks }: Tabs): () => void {
  const look = () => {
    locks?.query().catch(() => {});
    stopTimer = startTimer(LOOK_INTERVAL, look);
  };
  let stopTimer = startTimer(LOOK_INTERVAL, look);
  return () => stopTimer();
}

/** One lock after the other, in the same order everywhere: two tabs never wait for each other. */
async function requestLocks(
  tabs: Tabs,
  [name, ...others]: readonly string[],
  signal: AbortSignal,
  run: () => Promise<unknown>,
): Promise<unknown> {
  if (!name) return run();
  return tabs.locks?.request(name, { signal }, () => requestLocks(tabs, others, signal, run));
}

/** Without locks: after this tab's last turn. A task that gives up its place doesn't let the next one in early. */
function queueInThisTab<T>(tabs: Tabs, signal: AbortSignal, takeTurn: () => Promise<T>): Promise<T> {
  const { queue } = tabs;
  const turn = abortable(queue, signal).then(takeTurn);
  tabs.queue = turn.catch(() => queue);
  return turn;
}

/**
 * Aborts its signal where a turn, or the task in it, takes too long, and where the page is frozen, or the client is
 * disposed of, before the request of the task.
 */
function limitTurn({ deadlines, disposed }: Tabs) {
  const { turn, request } = deadlines;
  const { document } = globalThis;
  const controller = new AbortController();
  const giveUp = (why: string) => controller.abort(new RefreshUnavailableError(`${why}; try again.`));
  let stopTimer = startTimer(turn, () =>
    giveUp(`Another tab had its turn for ${turn} ms, to refresh, sign in or sign out`),
  );
  // The timers of a frozen page stand still: it would keep out all who come after it.
  const onFreeze = () => giveUp('The page was frozen while it waited for its turn');
  document?.addEventListener('freeze', onFreeze);
  // WebKit takes the lock of a page that is left, and lets the page go on when it comes back.
  const onLeave = () => giveUp('The page was left while it waited for its turn');
  globalThis.addEventListener?.('pagehide', onLeave);
  const forgetDisposal = disposed.onOpen(() => giveUp('The client was disposed of while it waited for its turn'));
  const forgetPage = () => {
    document?.removeEventListener('freeze', onFreeze);
    globalThis.removeEventListener?.('pagehide', onLeave);
    forgetDisposal();
  };

  return {
    signal: controller.signal,
    giveUp,
    turnHasCome() {
      stopTimer();
      stopTimer = startTimer(request, () => giveUp(`No answer for ${request} ms`));
    },
    begin() {
      controller.signal.throwIfAborted();
      forgetPage();
    },
    stop() {
      stopTimer();
      forgetPage();
    },
  };
}
