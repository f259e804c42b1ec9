/** A request that has outlived its page: its mark tells the next tab to have its turn, which waits for the answer. */

import type { Session } from '../session/session.js';
import { isOpen } from '../session/session-record.js';
import { elapsed, now, opened } from '../wait.js';

/** A session whose requests are marked. */
export interface MarkedSession extends Session {
  /** What the mark, the lock and the channel are called; the mark by the last of these. */
  readonly lockNames: readonly string[];
  readonly locks: LockManager | undefined;
  /** Milliseconds that callers wait. */
  readonly refreshTimeout: number;
}

/** What became of a request; `lost`: no answer came, and the page may be leaving, in which case the request goes on. */
type RequestEnd = 'answered' | 'no-session' | 'lost';

/** The server has said that nobody is signed in in this browser; also the beginning of a guest's mark. */
const NO_SESSION = 'nobody';
/** Milliseconds for which a guest's request is waited for: a user who has signed in by other means has a cookie to lose. */
const GUEST_WAITS = 1_000;
/** A page that has not gone this long after its request failed wasn't leaving: the request has really failed. */
const PAGE_LEAVES_WITHIN = 2_000;

/**
 * Marks that a request is under way; returns what ends the mark, and tells whether the page stays. The browser takes a lock back with its page, but the
 * page's `keepalive` request lives on: whoever comes next, after a reload say, would spend the same refresh token.
 * Nothing else tells of it, since a page can't see the cookie land.
 *
 * @param who a guest's request brings no cookie, as a rule: they may have signed in by other means
 */
export function markPending(session: MarkedSession, who: 'maybe-guest' | 'user') {
  const isGuest = who === 'maybe-guest' && !isOpen(session.record) && readMark(session)?.startsWith(NO_SESSION);
  const mark = (isGuest ? `${NO_SESSION} ` : '') + Date.now();
  writeMark(session, mark);
  return async (end: RequestEnd): Promise<boolean> => {
    if (end === 'no-session') markNoSession(session);
    else if (end === 'answered' || (await pageStays(session))) {
      // Another tab's mark may stand there by now.
      if (readMark(session) === mark) writeMark(session, isGuest ? NO_SESSION : undefined);
    } else return false;
    return true;
  };
}

/** Whether the page lives on for so long that it can't have been about to leave. */
async function pageStays(session: MarkedSession): Promise<boolean> {
  const since = now();
  for (let left = PAGE_LEAVES_WITHIN; left > 0 && !session.closed; left = PAGE_LEAVES_WITHIN - elapsed(since)) {
    await opened(session.change, left);
  }
  return !session.closed;
}

/** The server says that nobody is signed in: requests have no cookie to wait for, until somebody signs in. */
export const markNoSession = (session: MarkedSession): void => writeMark(session, NO_SESSION);

/** Somebody has signed in. */
export function clearNoSession(session: MarkedSession): void {
  if (readMark(session)?.startsWith(NO_SESSION)) writeMark(session, undefined);
}

/** Milliseconds between two looks at a mark. */
const POLL_INTERVAL = 50;

/**
 * Resolves when the answer to a request that a page has left behind has had its time, whatever is heard meanwhile: its
 * cookie is still to come. Called under the lock: no live page has a mark then. Looks again and again, since a page may
 * see the end of another one's mark late.
 */
export async function abandonedRequestSettled(session: MarkedSession): Promise<void> {
  while (!session.closed && isAwaited(session)) await opened(session.change, POLL_INTERVAL);
}

function isAwaited(session: MarkedSession): boolean {
  const [, guest, since] = /^(nobody )?(\d+)$/.exec(readMark(session) ?? '') ?? [];
  // Half the time that callers wait, so that they still get their answer; no mark of the far future counts.
  const longest = Math.min(session.refreshTimeout / 2, guest ? GUEST_WAITS : Infinity);
  return Math.abs(Date.now() - Number(since)) < longest;
}

const keyOf = ({ lockNames }: MarkedSession) => String(lockNames.at(-1));

function readMark(session: MarkedSession): string | undefined {
  try {
    return (session.locks && localStorage.getItem(keyOf(session))) ?? undefined;
  } catch {
    return undefined;
  }
}

function writeMark(session: MarkedSession, mark: string | undefined): void {
  try {
    if (!session.locks) return;
    if (mark === undefined) localStorage.removeItem(keyOf(session));
    else localStorage.setItem(keyOf(session), mark);
  } catch {
    // No storage here, or it is full: a reload in mid-refresh then needs the server's overlap.
  }
}
