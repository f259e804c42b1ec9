/** How long refreshes have taken here: that bounds the wait for an answer that no page can see arrive. */

import { readNote, writeNote } from './tab-notes.js';
import type { Tabs } from './tabs.js';

const NOTE = ' took';
/** An answer may take so many times as long as the longest one so far. */
const TIMES = 10;
/** Of the longest one so far, with each that is shorter: one bad moment is forgotten after some thirty refreshes. */
const KEPT = 0.9;
/** Milliseconds that are waited for in any case. A visitor may have signed in by other means, and have a cookie. */
const LEAST = 1_000;

/** @param took milliseconds from a refresh to its answer */
export function noteAnswerTime(tabs: Tabs, took: number): void {
  const longest = Math.max(took, (Number(readNote(tabs, NOTE)) || 0) * KEPT);
  if (tabs.locks) writeNote(tabs, String(Math.ceil(longest)), NOTE);
}

/** Milliseconds after which the answer to a request that a page has left behind has come, or won't come. */
export function longestAnswer(tabs: Tabs, who: 'user' | 'visitor'): number {
  const expected = who === 'visitor' ? 0 : (Number(readNote(tabs, NOTE)) || Infinity) * TIMES;
  return Math.min(tabs.deadlines.abandonedRequest, Math.max(LEAST, expected));
}
