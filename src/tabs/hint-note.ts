/** A note in localStorage: the server signs users in without the hint cookie. Then its absence says nothing. */

import { readNote, writeNote } from './tab-notes.js';
import type { Tabs } from './tabs.js';

const NOTE = ' hint';

/**
 * To be called when a token has come: somebody is signed in. Returns whether the cookie is missing, and was so the last time,
 * too: a page may see one late that has just come.
 */
export function noteHint(tabs: Tabs): boolean {
  const value = tabs.hint.read();
  // A client without the option doesn't know.
  if (value === undefined) return false;
  const wasMissing = isHintMissing(tabs);
  if (wasMissing !== !value) writeNote(tabs, value ? undefined : 'missing', NOTE);
  return wasMissing && !value;
}

/** Whether the server has signed somebody in without the hint cookie. */
export const isHintMissing = (tabs: Tabs): boolean => !!readNote(tabs, NOTE);

/** Whether the hint cookie says that nobody is signed in. */
export const isNobodyHinted = (tabs: Tabs): boolean => tabs.hint.read() === '' && !isHintMissing(tabs);
