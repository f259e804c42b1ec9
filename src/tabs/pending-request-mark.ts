/** A mark in localStorage: "a request is under way". The next tab to have its turn waits for the answer. */

import { elapsed, gate, now, opened, wallClock } from '../wait.js';
import { longestAnswer } from './answer-times.js';
import { isHintMissing } from './hint-note.js';
import { readNote, writeNote } from './tab-notes.js';
import type { Tabs } from './tabs.js';

/** What became of a request; `lost`: no answer came, and the page may be leaving, in which case the request goes on. */
type RequestEnd = 'answered' | 'no-session' | 'lost';

/** The server has said that nobody is signed in in this browser. A visitor's mark begins with it, too. */
const NO_SESSION = 'nobody';
/** Milliseconds. A page that is still there so long after its request failed wasn't leaving: the request has failed. */
const PAGE_LEAVES_WITHIN = 2_000;

/**
 * Marks that a request is under way. Returns what ends the mark, and tells whether the page stays. The browser takes a
 * lock back with its page, but the page's `keepalive` request lives on: the next page, after a reload say, would
 * present the same refresh token. The mark is the only sign of it, since a page can't see the cookie arrive; but for the
 * hint cookie, which arrives with it. So the mark holds its value, too.
 *
 * @param who the request of a possible visitor brings no cookie, as a rule: they may have signed in by other means
 */
export function markPending(tabs: Tabs, who: 'user' | 'maybe-visitor') {
  const hint = tabs.hint.read();
  const isNobodyKnown = readMark(tabs)?.startsWith(NO_SESSION);
  const isVisitor = who === 'maybe-visitor' && !hint && isNobodyKnown;
  const since = wallClock();
  const request = hint === undefined ? String(since) : `${since} =${hint}`;
  // A sign-out that can't wait for its turn leaves the mark of the request whose turn it is.
  if (isNobodyKnown || !isAwaited(tabs)) writeMark(tabs, isVisitor ? `${NO_SESSION} ${request}` : request);
  return async (end: RequestEnd): Promise<boolean> => {
    if (end === 'no-session') markNoSession(tabs);
    else if (end === 'answered' || (await pageStays(tabs))) {
      const mark = readMark(tabs);
      // Another tab's mark may stand there by now.
      if (mark?.endsWith(request)) writeMark(tabs, mark === request ? undefined : NO_SESSION);
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
  if (mark?.startsWith(NO_SESSION)) writeMark(tabs, mark.slice(NO_SESSION.length + 1) || undefined);
}

/** Milliseconds between two reads of the mark. */
const POLL_INTERVAL = 25;

/**
 * Resolves when the answer to a request that a page has left behind has come, or has had its time. A message in the
 * meantime doesn't end the wait, since the cookie is still to come. Called under the lock, where no live page has a mark.
 * It polls, since a page may see the end of another page's mark late.
 */
export async function abandonedRequestSettled(tabs: Tabs): Promise<void> {
  while (!tabs.disposed.isOpen && isAwaited(tabs)) {
    const lookAgain = gate();
    const undo = [tabs.disposed.onOpen(lookAgain.open), tabs.hint.onChange(lookAgain.open)];
    await opened(lookAgain, POLL_INTERVAL);
    for (const forget of undo) forget();
  }
}

function isAwaited(tabs: Tabs): boolean {
  const [, visitor, since, hint] = /^(nobody )?(\d+)(?: =(.*))?$/.exec(readMark(tabs) ?? '') ?? [];
  const value = tabs.hint.read();
  // A visitor's request without one brings no cookie that could be lost.
  if (value !== undefined && visitor && hint === '' && !isHintMissing(tabs)) return false;
  // A user's request without one: a page sees a cookie late that has just come.
  const isBlind = !hint || value === undefined;
  // Its answer has come, with another value.
  if (!isBlind && value !== hint) return false;
  const longest = isBlind ? longestAnswer(tabs, visitor ? 'visitor' : 'user') : tabs.deadlines.abandonedRequest;
  // No mark of the far future counts.
  return Math.abs(wallClock() - Number(since)) < longest;
}

// Where tabs take no turns, nobody would wait.
const readMark = (tabs: Tabs): string | undefined => (tabs.locks ? readNote(tabs) : undefined);

function writeMark(tabs: Tabs, mark: string | undefined): void {
  if (tabs.locks) writeNote(tabs, mark);
}
