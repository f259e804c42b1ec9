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

const longestSoFar = (tabs: Tabs): number => Number(readNote(tabs, NOTE) ?? Number.NaN);

/** @param took milliseconds from a refresh to its answer */
export function noteAnswerTime(tabs: Tabs, took: number): void {
  if (!tabs.locks) return;
  const longest = Math.max(Math.min(took, tabs.deadlines.abandonedRequest), longestSoFar(tabs) * KEPT || 0);
  writeNote(tabs, String(Math.round(longest)), NOTE);
}

/** Milliseconds after which the answer to a request that a page has left behind has come, or won't come. */
export function longestAnswer(tabs: Tabs, who: 'user' | 'visitor'): number {
  const longest = longestSoFar(tabs);
  const expected = who === 'visitor' ? LEAST : Math.max(LEAST, longest * TIMES);
  return Math.min(tabs.deadlines.abandonedRequest, Number.isNaN(expected) ? Infinity : expected);
}
