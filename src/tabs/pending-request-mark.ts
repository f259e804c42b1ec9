/** A mark in localStorage: "a request is under way". The next tab to have its turn waits for the answer. */

import { elapsed, now, opened, wallClock } from '../wait.js';
import type { Tabs } from './tabs.js';

/** What became of a request; `lost`: no answer came, and the page may be leaving, in which case the request goes on. */
type RequestEnd = 'answered' | 'no-session' | 'lost';

/** The server has said that nobody is signed in in this browser. A visitor's mark begins with it, too. */
const NO_SESSION = 'nobody';
/** Milliseconds for which a visitor's request is waited for: they may have signed in by other means, and have a cookie. */
const VISITOR_WAITS = 1_000;
/** Milliseconds. A page that is still there so long after its request failed wasn't leaving: the request has failed. */
const PAGE_LEAVES_WITHIN = 2_000;

/**
 * Marks that a request is under way. Returns what ends the mark, and tells whether the page stays. The browser takes a
 * lock back with its page, but the page's `keepalive` request lives on: the next page, after a reload say, would
 * present the same refresh token. The mark is the only sign of it, since a page can't see the cookie arrive.
 *
 * @param who the request of a possible visitor brings no cookie, as a rule: they may have signed in by other means
 */
export function markPending(tabs: Tabs, who: 'user' | 'maybe-visitor') {
  const isNobodyKnown = readMark(tabs)?.startsWith(NO_SESSION);
  const isVisitor = who === 'maybe-visitor' && isNobodyKnown;
  const since = String(wallClock());
  // A sign-out that can't wait for its turn leaves the mark of the request whose turn it is.
  if (isNobodyKnown || !isAwaited(tabs)) writeMark(tabs, isVisitor ? `${NO_SESSION} ${since}` : since);
  return async (end: RequestEnd): Promise<boolean> => {
    if (end === 'no-session') markNoSession(tabs);
    else if (end === 'answered' || (await pageStays(tabs))) {
      const mark = readMark(tabs);
      // Another tab's mark may stand there by now.
      if (mark?.endsWith(since)) writeMark(tabs, mark === since ? undefined : NO_SESSION);
    } else return false;
    return true;
  };
}

/** Whether the page lives on for so long that it can't have been about to leave. */
async function pageStays({ disposed }: Tabs): Promise<boolean> {
  const since = now();
  for (let left = PAGE_LEAVES_WITHIN; left > 0 && !disposed.isOpen; left = PAGE_LEAVES_WITHIN - elapsed(since)) {
    await opened(disposed, left);
  }
  return !disposed.isOpen;
}

/** The server says that nobody is signed in: requests have no cookie to wait for, until somebody signs in. */
export const markNoSession = (tabs: Tabs): void => writeMark(tabs, NO_SESSION);

/** Somebody has signed in. A request that is under way is that of a user now. */
export function clearNoSession(tabs: Tabs): void {
  const mark = readMark(tabs);
  if (mark?.startsWith(NO_SESSION)) writeMark(tabs, mark.split(' ')[1]);
}

/** Milliseconds between two reads of the mark. */
const POLL_INTERVAL = 50;

/**
 * Resolves when the answer to a request that a page has left behind has had its time. A message in the meantime doesn't
 * end the wait, since the cookie is still to come. Called under the lock, where no live page has a mark. It polls, since a
 * page may see the end of another page's mark late.
 */
export async function abandonedRequestSettled(tabs: Tabs): Promise<void> {
  while (!tabs.disposed.isOpen && isAwaited(tabs)) await opened(tabs.disposed, POLL_INTERVAL);
}

function isAwaited(tabs: Tabs): boolean {
  const [, visitor, since] = /^(nobody )?(\d+)$/.exec(readMark(tabs) ?? '') ?? [];
  const longest = Math.min(tabs.deadlines.abandonedRequest, visitor ? VISITOR_WAITS : Infinity);
  // No mark of the far future counts.
  return Math.abs(wallClock() - Number(since)) < longest;
}

const keyOf = ({ lockNames }: Tabs) => String(lockNames.at(-1));

function readMark(tabs: Tabs): string | undefined {
  try {
    return (tabs.locks && localStorage.getItem(keyOf(tabs))) ?? undefined;
  } catch {
    return undefined;
  }
}

function writeMark(tabs: Tabs, mark: string | undefined): void {
  try {
    if (!tabs.locks) return;
    if (mark === undefined) localStorage.removeItem(keyOf(tabs));
    else localStorage.setItem(keyOf(tabs), mark);
  } catch {
    // No storage here, or it is full: a reload in mid-refresh then needs the server's overlap.
  }
}
